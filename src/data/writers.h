// The writers behind RowWriter::open.
#ifndef TUNDISH_DATA_WRITERS_H_
#define TUNDISH_DATA_WRITERS_H_

#include <memory>
#include <string>
#include <vector>

#include "data/row_writer.h"

namespace tundish {

/// csv, tsv and jsonl; all outputs dense.
Result<std::unique_ptr<RowWriter>> open_text_writer(const std::string& path, OutputFormat format,
                                                    std::vector<DataOutput> outputs,
                                                    const WriteOptions& options);
/// npy, npz and folders; sparse outputs stay sparse.
Result<std::unique_ptr<RowWriter>> open_array_writer(const std::string& path, OutputFormat format,
                                                     std::vector<DataOutput> outputs);

/// kIo that names --force and every target in the way, unless they may be replaced.
Status check_replacing(const std::vector<std::string>& targets, ReplaceRule rule);

/// Checks a block against the outputs: counts, types, shapes. kInternal, for it is the caller's
/// mistake.
Status check_answers(const AnswerBlock& block, const std::vector<DataOutput>& outputs);
/// A sparse block with zeros where nothing is stored.
Result<Tensor> dense_rows(const SparseCsr& sparse);
/// Values a row has in a dense output.
int64_t row_width(const DataOutput& output);

}  // namespace tundish

#endif  // TUNDISH_DATA_WRITERS_H_
