#pragma once
#include "frame_kernels.h"

extern const ff_kernels ff_portable;
#if defined(__x86_64__)
extern const ff_kernels ff_avx2;
#endif
