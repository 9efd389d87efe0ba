#include "cli/app/report_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace tundish {

namespace {

using Json = nlohmann::ordered_json;

std::string document(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

// JSON has no infinity: the largest difference is null when one side is NaN or infinite.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json error_value(const Error& error) {
  return {{"code", error_code_name(error.code())}, {"message", error.to_string()}};
}

Json check_value(const CheckReport& report) {
  Json examples = Json::array();
  for (const LabelExample& example : report.examples) {
    examples.push_back({{"origin", example.origin},
                        {"row", example.row},
                        {"ours", example.ours},
                        {"theirs", example.theirs},
                        {"input", example.input}});
  }
  Json json;
  json["equal"] = report.equal;
  json["rows"] = {{"given", report.given_rows}, {"generated", report.generated_rows}};
  json["labels"] = {{"different", report.labels_different}, {"examples", std::move(examples)}};
  json["scores"] = {{"max_abs", number(report.max_abs)},
                    {"max_ulp", report.max_ulp},
                    {"bit_identical", report.bit_identical}};
  json["proven"] = {
      {"routing", report.routing_proven}, {"why", report.proof}, {"statements", report.statements}};
  if (report.expected) {
    json["expected"] = {{"rows", report.expected->rows},
                        {"labels_different", report.expected->labels_different},
                        {"max_abs", number(report.expected->max_abs)},
                        {"max_ulp", report.expected->max_ulp},
                        {"worst", report.expected->worst}};
  }
  json["model_sha256"] = report.model_sha256;
  json["source_sha256"] = report.source_sha256;
  json["engine"] = {{"name", report.engine}, {"isa", report.isa}};
  return json;
}

}  // namespace

std::string convert_json(const std::vector<ConvertedSource>& sources) {
  Json models = Json::array();
  for (const ConvertedSource& source : sources) {
    Json model;
    model["source"] = source.source;
    model["output"] = source.output.empty() ? Json(nullptr) : Json(source.output);
    model["ok"] = !source.output.empty();
    if (source.conversion) {
      const Conversion& conversion = *source.conversion;
      const SourceDescription& made_from = conversion.source;
      model["estimator"] = made_from.estimator;
      model["library"] = made_from.version.empty() ? made_from.library
                                                   : made_from.library + " " + made_from.version;
      model["bytes"] = {{"source", conversion.source_bytes}, {"output", source.output_bytes}};
      model["notes"] = conversion.notes;
      model["own_operators"] = conversion.own_operators;
    }
    model["seconds"] = source.seconds;
    const bool checked = source.conversion && source.conversion->check;
    model["check"] = checked ? check_value(*source.conversion->check) : Json(nullptr);
    model["error"] = source.error ? error_value(*source.error) : Json(nullptr);
    models.push_back(std::move(model));
  }
  return document({{"models", std::move(models)}});
}

std::string optimize_json(const std::string& model, const std::string& output,
                          const Optimization& done) {
  Json json;
  json["model"] = model;
  json["output"] = output.empty() ? Json(nullptr) : Json(output);
  json["nodes"] = {{"before", done.nodes_before}, {"after", done.nodes_after}};
  json["bytes"] = {{"before", done.bytes_before}, {"after", done.bytes.size()}};
  json["seconds"] = done.seconds;
  json["exact"] = done.exact;
  json["rewrites"] = done.rewrites;
  json["not_done"] = done.refusals;
  json["decisions"] = done.decisions;
  if (done.us_before > 0) json["call_us"] = {{"before", done.us_before}, {"after", done.us_after}};
  if (done.is_verified) {
    Json outputs = Json::array();
    for (const OutputDifference& output_difference : done.outputs) {
      outputs.push_back({{"name", output_difference.name},
                         {"elements", output_difference.elements},
                         {"different", output_difference.different},
                         {"max_abs", number(output_difference.max_abs)},
                         {"max_ulp", output_difference.max_ulp},
                         {"holds", output_difference.holds}});
    }
    json["verified"] = {{"holds", done.holds},
                        {"data", done.generated_data ? "made up" : "given"},
                        {"outputs", std::move(outputs)}};
  }
  return document(json);
}

std::string check_json(const CheckReport& report) { return document(check_value(report)); }

std::string inspect_json(const std::string& path, const InspectReport& report) {
  Json json;
  json["path"] = path;
  json["format"] = report.format;
  json["bytes"] = report.file_bytes;
  json["sha256"] = report.sha256;
  Json facts = Json::array();
  for (const auto& [name, value] : report.facts)
    facts.push_back({{"name", name}, {"value", value}});
  json["facts"] = std::move(facts);
  json["tree"] = report.tree;
  Json globals = Json::array();
  for (const InspectReport::Global& global : report.globals) {
    globals.push_back({{"module", global.module},
                       {"name", global.name},
                       {"offset", global.offset},
                       {"standing", global.standing}});
  }
  json["globals"] = std::move(globals);
  json["refused"] = report.refused ? error_value(*report.refused) : Json(nullptr);
  return document(json);
}

std::string formats_json(const std::vector<FormatRow>& rows) {
  Json list = Json::array();
  for (const FormatRow& row : rows) {
    list.push_back({{"library", row.library},
                    {"name", row.name},
                    {"versions", row.versions},
                    {"methods", row.methods}});
  }
  return document({{"formats", std::move(list)}});
}

std::string run_json(const RunSummary& summary) {
  Json outputs = Json::array();
  for (const RunSummary::Output& output : summary.outputs) {
    outputs.push_back({{"name", output.name}, {"dtype", output.dtype}, {"shape", output.shape}});
  }
  Json json;
  json["rows"] = summary.rows;
  json["bad_rows"] = summary.bad_rows;
  json["seconds"] = summary.seconds;
  json["rows_per_s"] =
      summary.seconds > 0 ? static_cast<double>(summary.rows) / summary.seconds : 0;
  json["engine"] = {{"name", summary.engine}, {"isa", summary.isa}};
  json["outputs"] = std::move(outputs);
  json["files"] = summary.files;
  return document(json);
}

std::string chrome_trace(const std::vector<NodeReport>& nodes) {
  Json events = Json::array();
  double at_us = 0;
  for (const NodeReport& node : nodes) {
    const double duration_us = static_cast<double>(node.nanoseconds) / 1000;
    events.push_back({{"name", node.name},
                      {"cat", node.op},
                      {"ph", "X"},
                      {"pid", 1},
                      {"tid", 1},
                      {"ts", at_us},
                      {"dur", duration_us},
                      {"args", {{"op", node.op}, {"kernel", node.kernel}, {"calls", node.calls}}}});
    at_us += duration_us;
  }
  return document({{"traceEvents", std::move(events)}, {"displayTimeUnit", "ns"}});
}

}  // namespace tundish
