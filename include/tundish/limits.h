// Limits on everything that comes from a file or a socket: number, unit, reason. The command line
// raises them with --memory-limit and --time-limit; the library takes a Limits value.
#ifndef TUNDISH_LIMITS_H_
#define TUNDISH_LIMITS_H_

#include <cstdint>

namespace tundish {

struct Limits {
  /// Bytes that reading one model may allocate in all, decompressed data included. A forest of
  /// 1 GB fits a server; `max_memory_bytes` from --memory-limit replaces it.
  uint64_t max_memory_bytes = uint64_t{4} << 30;
  /// Decompressed bytes allowed per compressed byte once the output passes 64 MiB. Real joblib
  /// files stay below 40; zlib's bomb form reaches 1,030.
  uint64_t max_decompression_ratio = 200;
  /// Output bytes below which the ratio is not looked at.
  uint64_t decompression_free_bytes = uint64_t{64} << 20;
  /// Memory of an xz or lzma decoder, which its header asks for: `xz -9` needs 65 MiB.
  uint64_t max_lzma_memory_bytes = uint64_t{100} << 20;
  /// Bytes of objects per byte of an (unpacked) pickle beyond the first 64 MiB: an object takes 32,
  /// and its place in a list up to 12, from one byte of file at least. More is amplification.
  uint64_t max_object_bytes_per_byte = 64;
  /// Opcodes of one pickle, nested ones included. A 1 GB forest needs about 50 million.
  uint64_t max_pickle_opcodes = 200'000'000;
  /// Values on the pickle machine's stack and open MARKs: real files stay below 2,000 (APPENDS
  /// writes batches of 1,000), MARKs below 100.
  uint64_t max_pickle_stack = 1'000'000;
  uint64_t max_pickle_marks = 10'000;
  /// Nesting of containers when an object graph is walked. Real models stay below 40.
  uint32_t max_nesting = 200;
  /// Digits of a text integer (protocol 0 LONG): real files use at most 20.
  uint32_t max_integer_digits = 400;
  /// Dimensions of an array: numpy's own limit.
  uint32_t max_array_rank = 64;
  /// Bytes of one array element: numpy strings of 1 Mi characters. Longer is damage.
  uint64_t max_item_bytes = uint64_t{4} << 20;
  /// Bytes of a .npy header: numpy's own reader stops at 10,000, version 1 can state 65,535.
  uint64_t max_npy_header_bytes = 65'536;
  /// Members of one zip archive: an .npz of one array per column of a wide frame.
  uint64_t max_zip_members = 100'000;
  /// Columns of one data row: above this a row is surely not a row (1e6 columns is refused by
  /// width before it is read into memory).
  uint64_t max_columns = 4'000'000;
  /// Bytes of one line of CSV, JSON Lines or text.
  uint64_t max_line_bytes = uint64_t{256} << 20;
  /// Nodes of one graph and trees' nodes of one ensemble.
  uint64_t max_graph_nodes = 4'000'000;
  /// Subgraphs and functions inside each other. Real models stay below 10.
  uint32_t max_graph_depth = 64;
  /// Nodes of an ONNX graph whose functions have taken the place of their calls. The largest real
  /// exports have some 50,000.
  uint64_t max_inlined_nodes = 1'000'000;
  uint64_t max_tree_nodes = 500'000'000;
  /// Tree nodes made by copying subtrees that several parents share, and sets of categories. Real
  /// files that share any need a few per tree; doubling at each level would need 2^depth.
  uint64_t max_shared_tree_nodes = 4'000'000;
  /// Nesting of JSON values and protobuf groups.
  uint32_t max_json_depth = 200;
  uint32_t max_protobuf_depth = 100;
};

}  // namespace tundish

#endif  // TUNDISH_LIMITS_H_
