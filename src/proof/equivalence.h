// The proof: that two graphs give the same answers for every possible input, not only for tried
// ones.
//
// Holds when both graphs are the same operations on the same constants in the same order, except
// for ensembles: there the shipped one may compare the input itself where the source compares a
// monotone function of it (scaler, cast). Each such pair of comparisons is shown equivalent over
// the whole input type: the source's comparison is monotone (traits of its operators), so it
// changes its answer at most once along the floats; it is evaluated on both sides of the shipped
// threshold; NaN goes where it went.
#ifndef TUNDISH_PROOF_EQUIVALENCE_H_
#define TUNDISH_PROOF_EQUIVALENCE_H_

#include <string>
#include <vector>

#include "ir/exec_context.h"
#include "ir/graph.h"
#include "ir/op_def.h"
#include "tundish/result.h"

namespace tundish {

struct EquivalenceProof {
  bool proven = false;
  /// One sentence: what is proven, or the first place where the proof does not go through.
  std::string why;
  /// What was shown, one sentence each; empty unless proven.
  std::vector<std::string> statements;
};

/// Tries to prove that `shipped` answers as `source` for every input, output by output (matched by
/// name; outputs that `shipped` lacks are not looked at). Errors only for malformed graphs.
Result<EquivalenceProof> prove_equivalent(const Graph& source, const Graph& shipped,
                                          const OpTable& ops, Evaluator& evaluator);

}  // namespace tundish

#endif  // TUNDISH_PROOF_EQUIVALENCE_H_
