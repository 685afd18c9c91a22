// The loops for any processor: SSE2 on x86-64, NEON on arm64, by the compiler's own vectoriser.
#include <string.h>
#include "variants.h"

#define FF_TABLE ff_portable
#define FF_NAME "portable"
#include "table.inc"
