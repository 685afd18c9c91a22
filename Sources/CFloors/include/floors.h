// Lower bounds of the machine: loops that FrameFeed is compared with and does not use itself.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The plain loop from interleaved RGB bytes to three planes of floats: `value = byte * gain + bias`.
/// - Parameters:
///   - planes: room for 3 * pixels.
///   - gain, bias: of red, green and blue.
void ff_floor_planes(const uint8_t *rgb, float *planes, size_t pixels, const float gain[3], const float bias[3]);
