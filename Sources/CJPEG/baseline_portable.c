#include <string.h>
#include "baseline.h"

#include "idct.inc"

#include "entropy.inc"

#include "rows.inc"

const ff_baseline_decoder ff_baseline_portable = {
  .name = "portable", .row = decodeRow, .nextMarker = nextMarker, .enlarge = enlarge, .toColors = toColors};
