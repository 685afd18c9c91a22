#include "floors.h"

void ff_floor_planes(const uint8_t *restrict rgb, float *restrict planes, size_t pixels, const float gain[3],
                     const float bias[3]) {
  float *restrict r = planes, *restrict g = planes + pixels, *restrict b = planes + 2 * pixels;
  const float g0 = gain[0], g1 = gain[1], g2 = gain[2], b0 = bias[0], b1 = bias[1], b2 = bias[2];
  for (size_t i = 0; i < pixels; i++) {
    r[i] = rgb[3 * i] * g0 + b0;
    g[i] = rgb[3 * i + 1] * g1 + b1;
    b[i] = rgb[3 * i + 2] * g2 + b2;
  }
}
