#include "baseline.h"

#include <string.h>

#define EIGHT ffNowhere, ffNowhere, ffNowhere, ffNowhere, ffNowhere, ffNowhere, ffNowhere, ffNowhere
#define SIXTY_FOUR EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT, EIGHT
const uint8_t ff_natural[ffPositions] = {
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
  SIXTY_FOUR, SIXTY_FOUR, SIXTY_FOUR,
};

/// Returns the value of `size` bits, the first of which determines the sign (ITU-T T.81, F.2.2.1).
static int extended(uint32_t bits, unsigned size) {
  return size == 0 ? 0 : bits >> (size - 1) ? (int)bits : (int)bits - (1 << size) + 1;
}

/// Returns the value after the code of `entry`, both of which are at the left of `count` bits.
static int valueOf(uint32_t entry, uint32_t bits, unsigned count) {
  unsigned size = entry >> 16 & 15;
  return extended(bits >> (count - (entry & 255)) & ((1u << size) - 1), size);
}

static void makePairs(ff_huffman *table) {
  for (uint32_t index = 0; index < 1u << ffPeekBits; index++) {
    ff_huffman_pair *pair = &table->pairs[index];
    *pair = (ff_huffman_pair){.first = ffNowhere, .second = ffNowhere};
    uint32_t one = table->look[index];
    unsigned used = one & 255;
    if (one == 0 || used > ffPeekBits) continue;
    pair->bits = (uint8_t)used;
    unsigned run = one >> 24;
    if (run == ffBlockEnd) {
      pair->advance = ffBlockEnd;
      continue;
    }
    pair->first = (uint8_t)run;
    pair->firstValue = (int16_t)valueOf(one, index, ffPeekBits);
    pair->advance = (uint8_t)(run + 1);
    unsigned left = ffPeekBits - used;
    uint32_t rest = index & ((1u << left) - 1);
    uint32_t two = table->look[rest << used];
    if (two == 0 || (two & 255) > left) continue;
    pair->bits = (uint8_t)(used + (two & 255));
    unsigned nextRun = two >> 24;
    if (nextRun != ffBlockEnd) {
      pair->second = (uint8_t)(run + 1 + nextRun);
      pair->secondValue = (int16_t)valueOf(two, rest, left);
    }
    pair->advance = (uint8_t)(run + 1 + nextRun + (nextRun == ffBlockEnd ? 0 : 1));
  }
}

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
      if (isAC && ff_is_block_end(symbols[index])) run = ffBlockEnd;
      if (length > ffPeekBits) continue;
      uint32_t entry = (uint32_t)length + size | (uint32_t)length << 8 | size << 16 | run << 24;
      uint32_t first = code << (ffPeekBits - length), count = 1u << (ffPeekBits - length);
      for (uint32_t at = first; at < first + count; at++) table->look[at] = entry;
    }
    // A code of ones only is invalid (ITU-T T.81, C.2).
    if (bits[length] && code >= (1u << length)) return 0;
    table->limit[length] = code << (16 - length);
    code <<= 1;
  }
  table->limit[17] = UINT32_MAX;
  if (isAC) makePairs(table);
  table->isMade = 1;
  return 1;
}

void ff_baseline_quant(ff_baseline_component *component, const uint16_t values[64]) {
  for (int k = 0; k < ffPositions; k++) component->quant[k] = k < 64 ? values[ff_natural[k]] : 0;
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
  state->oddities = 0;
  for (int c = 0; c < state->count; c++) state->components[c].last = 0;
}
