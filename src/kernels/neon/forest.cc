// Forests for AArch64: 16 rows an instruction, tables of 64 bytes looked up by one instruction.
#include "kernels/neon/forest.h"

#include <arm_neon.h>

namespace tundish::kernels {
namespace {

#include "kernels/simd/forest_walk.inl.h"

#include "kernels/simd/forest_exits.inl.h"

#include "kernels/simd/forest_batch.inl.h"

inline uint8x16x4_t table_at(const uint8_t* at) {
  return {{vld1q_u8(at), vld1q_u8(at + 16), vld1q_u8(at + 32), vld1q_u8(at + 48)}};
}

// Eight values at a time down the sorted thresholds: 256 of them, +inf beyond the last, so eight
// halvings find the number of those below each value.
inline bool rank_plane_neon(const RankJob& job) {
  const RankPlane& plane = *job.plane;
  const float* sorted = plane.sorted;
  bool any_nan = false;
  for (size_t b = 0; b < job.block_count; ++b) {
    const float* x = job.column + b * kBlockRows;
    uint8_t* to = job.ranks + b * job.block_bytes;
    uint64_t lanes = 0;
    for (size_t r = 0; r < kBlockRows; r += 8) {
      uint32_t at[8] = {0, 0, 0, 0, 0, 0, 0, 0};
      for (uint32_t step = 1u << (plane.levels - 1); step != 0; step /= 2) {
        for (int k = 0; k < 8; ++k) at[k] += sorted[at[k] + step - 1] < x[r + k] ? step : 0;
      }
      for (int k = 0; k < 8; ++k) {
        const bool nan = x[r + k] != x[r + k];
        any_nan |= nan;
        if (plane.exact != nullptr && sorted[at[k]] == x[r + k]) lanes |= uint64_t{1} << (r + k);
        to[r + k] = nan ? kNanRank : static_cast<uint8_t>(at[k]);
      }
    }
    if (lanes != 0) rank_exactly(job, b, lanes);
  }
  return any_nan;
}

struct Neon {
  using Bytes = uint8x16_t;
  using Mask = uint8x16_t;  // 255 where true
  static constexpr size_t kRows = 16;
  static constexpr bool kDictionaries = false;  // LeafLayout::kBySlot
  static inline Bytes load(const uint8_t* at) { return vld1q_u8(at); }
  static inline void store(uint8_t* at, Bytes a) { vst1q_u8(at, a); }
  static inline Bytes set1(uint8_t a) { return vdupq_n_u8(a); }
  static inline Mask gt(Bytes a, Bytes b) { return vcgtq_u8(a, b); }
  static inline Mask equal(Bytes a, Bytes b) { return vceqq_u8(a, b); }
  static inline Mask both(Mask a, Mask b) { return vandq_u8(a, b); }
  static inline Mask and_not(Mask a, Mask b) { return vbicq_u8(a, b); }
  static inline Bytes blend(Mask m, Bytes a, Bytes b) { return vbslq_u8(m, b, a); }
  template <int kBit> static inline Mask bit(Bytes a) {
    return vtstq_u8(a, vdupq_n_u8(1u << kBit));
  }
  static inline Bytes subtract(Bytes a, Bytes b) { return vsubq_u8(a, b); }
  static inline Bytes twice_plus(Bytes i, Mask m) { return vsubq_u8(vaddq_u8(i, i), m); }

  // Levels 0..5 share a table, level 6 has one and level 7 two.
  template <int kLevel> struct LevelTable {
    uint8x16x4_t a, b;
    explicit LevelTable(const uint8_t* table) {
      a = table_at(table + (kLevel < 6 ? 0 : kLevel == 6 ? 64 : 128));
      b = kLevel == 7 ? table_at(table + 192) : a;
    }
    inline Bytes look(Bytes i) const {
      if constexpr (kLevel < 6) return vqtbl4q_u8(a, i);
      const Bytes low = vqtbl4q_u8(a, vsubq_u8(i, vdupq_n_u8(kLevel == 6 ? 64 : 128)));
      if constexpr (kLevel == 6) return low;
      return vqtbx4q_u8(low, b, vsubq_u8(i, vdupq_n_u8(192)));
    }
  };
  template <int kDepth> struct SlotTable {
    explicit SlotTable(const uint8_t*) {}  // only dictionaries look slots up
  };

  static inline bool rank_plane(const RankJob& job) { return rank_plane_neon(job); }
};

}  // namespace

void forest_rows_neon(const ForestTables& forest, const void* x, size_t row_count,
                      size_t row_stride_elements, void* out, void* scratch) {
  forest_rows<Neon>(forest, x, row_count, row_stride_elements, out, scratch);
}

}  // namespace tundish::kernels
