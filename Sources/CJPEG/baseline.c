#include "baseline.h"

#include <string.h>

const uint8_t ff_natural[64] = {
  0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
  41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
  30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

int ff_huffman_make(ff_huffman *table, const uint8_t bits[17], const uint8_t symbols[256], int isAC) {
  if (table->isMade && table->isAC == isAC && !memcmp(table->bits, bits, 17) &&
      !memcmp(table->symbols, symbols, 256))
    return 1;
  table->isMade = 0;
  memcpy(table->bits, bits, 17);
  memcpy(table->symbols, symbols, 256);
  table->isAC = isAC;
  memset(table->look, 0, sizeof table->look);
  uint32_t code = 0;
  int index = 0;
  for (int length = 1; length <= 16; length++) {
    table->offset[length] = index - (int32_t)code;
    for (int i = 0; i < bits[length]; i++, index++, code++) {
      if (index > 255 || code >= (1u << length)) return 0;
      uint32_t run = isAC ? symbols[index] >> 4 : 0, size = isAC ? symbols[index] & 15 : symbols[index];
      if (size > 15) return 0;
      if (isAC && symbols[index] == 0) run = 64;
      if (length > ffPeekBits) continue;
      uint32_t entry = (uint32_t)length + size | (uint32_t)length << 8 | size << 16 | run << 24;
      uint32_t first = code << (ffPeekBits - length), count = 1u << (ffPeekBits - length);
      for (uint32_t at = first; at < first + count; at++) table->look[at] = entry;
    }
    // The code of ones only is none (ITU-T T.81, C.2).
    if (bits[length] && code >= (1u << length)) return 0;
    table->limit[length] = code << (16 - length);
    code <<= 1;
  }
  table->limit[17] = UINT32_MAX;
  table->isMade = 1;
  return 1;
}

void ff_baseline_quant(ff_baseline_component *component, const uint16_t values[64]) {
  for (int k = 0; k < 64; k++) component->quant[k] = values[ff_natural[k]];
}

void ff_baseline_begin(ff_baseline *state, const uint8_t *data, size_t count) {
  state->source = data;
  state->sourceEnd = data + count;
  state->marker = NULL;
  state->window = 0;
  state->windowBits = 0;
  state->at = state->end = state->chunk;
  state->restartsLeft = state->restartInterval;
  state->row = 0;
  for (int c = 0; c < state->count; c++) state->components[c].last = 0;
}
