// 3 x 3 convolutions of one image by Winograd's F(4 x 4, 3 x 3): 36 products of matrices of
// transformed weights and tiles, which take a quarter of the multiplications.
//
// Sums are rounded differently from those of conv.h: docs/kernels.md has the errors measured. Where
// a sum is not finite the tile's others suffer too: run_winograd() says so, and the caller computes
// the image again with conv.h. Results do not depend on how the work is shared out.
//
// A unit is a block of tiles of a group, in three stages; those of one unit follow each other, each
// of them over all of its items, on memory of plan.unit_bytes.
#pragma once

#include "kernels/conv.h"

namespace tundish::kernels {

enum class WinogradStage : uint8_t { kInput, kProducts, kOutput };
inline constexpr WinogradStage kWinogradStages[] = {WinogradStage::kInput, WinogradStage::kProducts,
                                                    WinogradStage::kOutput};

struct WinogradPlan {
  ConvGeometry shape;
  ConvGeometry tiles;  // the same image under windows of 6 x 6, 4 apart
  PatchLayout layout;
  size_t block_tiles = 0;  // of a unit; a multiple of a panel
  size_t units = 0;
  bool shares_units = false;  // threads work on one unit at a time, else each on its own
  size_t output_parts = 1;    // of one product
  size_t channel_grain = 1;
  size_t shared_bytes = 0;
  size_t unit_bytes = 0;
};

// Whether kernel, strides and dilations are those that there is a transform for.
bool winograd_applies(const ConvGeometry& shape);
// Elements of the transformed weights.
size_t winograd_weight_count(const ConvGeometry& shape);
// `weights` [outputs][group inputs][9] to 36 matrices for each group, packed by pack_rows().
void winograd_weights(const ConvWorkers& kernels, const ConvGeometry& shape, const float* weights,
                      float* transformed);

// False where conv.h is faster or the image cannot be laid out.
bool plan_winograd(const ConvWorkers& kernels, const ConvGeometry& shape, size_t threads,
                   WinogradPlan* plan);
void begin_winograd(const WinogradPlan& plan, void* shared);
void lay_out_winograd(const ConvWorkers& kernels, const WinogradPlan& plan, const float* x,
                      void* shared, size_t begin, size_t end);
// Items of a stage of a unit.
size_t winograd_items(const WinogradPlan& plan, WinogradStage stage);
// Items [begin, end). `tensors.packed` are the transformed weights. False where a sum is not
// finite.
bool run_winograd(const ConvWorkers& kernels, const WinogradPlan& plan, const ConvTensors& tensors,
                  const void* shared, void* own, size_t unit, WinogradStage stage, size_t begin,
                  size_t end);
// Whether run_winograd() does all of the epilogue; if not, none of it but bias, and the caller has
// finish_conv() follow.
bool winograd_finishes(const GemmEpilogue& epilogue);
// The rest of the epilogue for output channels [begin, end).
void finish_winograd(const ConvWorkers& kernels, const WinogradPlan& plan,
                     const ConvTensors& tensors, size_t begin, size_t end);

}  // namespace tundish::kernels
