// The same loops for x86-64 processors with AVX2, F16C and BMI2 (Intel since 2013, AMD since 2015).
#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#include "variants.h"

#define FF_TABLE ff_avx2
#define FF_NAME "avx2"
#define FF_AVX2 1
#pragma clang attribute push(__attribute__((target("avx2,f16c,bmi2"))), apply_to = function)
#include "table.inc"
#pragma clang attribute pop
#endif
