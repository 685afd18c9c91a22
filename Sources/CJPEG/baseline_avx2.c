#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>
#include "baseline.h"

#define FF_AVX2 1
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)
#include "idct.inc"

#include "entropy.inc"

#include "rows_avx2.inc"

#include "rows.inc"
#pragma clang attribute pop

const ff_baseline_decoder ff_baseline_avx2 = {
  .name = "avx2", .row = decodeRow, .nextMarker = nextMarker, .enlarge = enlarge, .toColors = toColors};
#endif
