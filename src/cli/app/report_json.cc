#include "cli/app/report_json.h"

#include "base/json_writer.h"

namespace tundish {

namespace {

// What write() puts into an object, as a document of its own.
template <class Write> std::string document(Write write) {
  JsonWriter json(JsonStyle::kIndented);
  json.begin_object();
  write(json);
  json.end_object();
  return std::move(json).finish();
}

// A list of objects: write() fills one for each item.
template <class Item, class Write>
void write_list(JsonWriter& json, std::string_view key, const std::vector<Item>& items,
                Write write) {
  json.key(key).begin_array();
  for (const Item& item : items) {
    json.begin_object();
    write(json, item);
    json.end_object();
  }
  json.end_array();
}

void write_path(JsonWriter& json, std::string_view key, const std::string& path) {
  json.key(key);
  if (path.empty()) {
    json.null();
  } else {
    json.value(path);
  }
}

void write_error(JsonWriter& json, std::string_view key, const std::optional<Error>& error) {
  json.key(key);
  if (!error) {
    json.null();
    return;
  }
  json.begin_object()
      .field("code", error_code_name(error->code()))
      .field("message", error->to_string())
      .end_object();
}

template <class Number>
void write_change(JsonWriter& json, std::string_view key, Number before, Number after) {
  json.key(key).begin_object().field("before", before).field("after", after).end_object();
}

void write_engine(JsonWriter& json, const std::string& name, const std::string& isa) {
  json.key("engine").begin_object().field("name", name).field("isa", isa).end_object();
}

void write_labels(JsonWriter& json, const CheckReport& report) {
  json.key("labels").begin_object().field("different", report.labels_different);
  write_list(json, "examples", report.examples, [](JsonWriter& one, const LabelExample& example) {
    one.field("origin", example.origin)
        .field("row", example.row)
        .field("ours", example.ours)
        .field("theirs", example.theirs)
        .field("input", example.input);
  });
  json.end_object();
}

void write_expected(JsonWriter& json, const CheckReport::Expected& expected) {
  json.key("expected")
      .begin_object()
      .field("rows", expected.rows)
      .field("labels_different", expected.labels_different)
      .field("max_abs", expected.max_abs)
      .field("max_ulp", expected.max_ulp)
      .field("worst", expected.worst)
      .end_object();
}

void write_check(JsonWriter& json, const CheckReport& report) {
  json.field("equal", report.equal);
  json.key("rows")
      .begin_object()
      .field("given", report.given_rows)
      .field("generated", report.generated_rows)
      .end_object();
  write_labels(json, report);
  json.key("scores")
      .begin_object()
      .field("max_abs", report.max_abs)
      .field("max_ulp", report.max_ulp)
      .field("bit_identical", report.bit_identical)
      .end_object();
  json.key("proven")
      .begin_object()
      .field("routing", report.routing_proven)
      .field("why", report.proof)
      .field("statements", report.statements)
      .end_object();
  if (report.expected) write_expected(json, *report.expected);
  json.field("model_sha256", report.model_sha256).field("source_sha256", report.source_sha256);
  write_engine(json, report.engine, report.isa);
}

void write_conversion(JsonWriter& json, const Conversion& conversion, uint64_t output_bytes) {
  const SourceDescription& source = conversion.source;
  json.field("estimator", source.estimator)
      .field("library",
             source.version.empty() ? source.library : source.library + " " + source.version);
  json.key("bytes")
      .begin_object()
      .field("source", conversion.source_bytes)
      .field("output", output_bytes)
      .end_object();
  json.field("notes", conversion.notes).field("own_operators", conversion.own_operators);
}

void write_source(JsonWriter& json, const ConvertedSource& source) {
  json.field("source", source.source);
  write_path(json, "output", source.output);
  json.field("ok", !source.output.empty());
  if (source.conversion) write_conversion(json, *source.conversion, source.output_bytes);
  json.field("seconds", source.seconds).key("check");
  if (source.conversion && source.conversion->check) {
    json.begin_object();
    write_check(json, *source.conversion->check);
    json.end_object();
  } else {
    json.null();
  }
  write_error(json, "error", source.error);
}

void write_verified(JsonWriter& json, const Optimization& done) {
  json.key("verified")
      .begin_object()
      .field("holds", done.holds)
      .field("data", done.generated_data ? "made up" : "given");
  write_list(json, "outputs", done.outputs, [](JsonWriter& one, const OutputDifference& output) {
    one.field("name", output.name)
        .field("elements", output.elements)
        .field("different", output.different)
        .field("max_abs", output.max_abs)
        .field("max_ulp", output.max_ulp)
        .field("holds", output.holds);
  });
  json.end_object();
}

void write_optimization(JsonWriter& json, const Optimization& done) {
  write_change(json, "nodes", done.nodes_before, done.nodes_after);
  write_change<uint64_t>(json, "bytes", done.bytes_before, done.bytes.size());
  json.field("seconds", done.seconds)
      .field("exact", done.exact)
      .field("rewrites", done.rewrites)
      .field("not_done", done.refusals)
      .field("decisions", done.decisions);
  if (done.us_before > 0) write_change(json, "call_us", done.us_before, done.us_after);
  if (done.is_verified) write_verified(json, done);
}

void write_trace_event(JsonWriter& json, const NodeReport& node, double at_us, double duration_us) {
  json.field("name", node.name)
      .field("cat", node.op)
      .field("ph", "X")
      .field("pid", 1)
      .field("tid", 1)
      .field("ts", at_us)
      .field("dur", duration_us);
  json.key("args")
      .begin_object()
      .field("op", node.op)
      .field("kernel", node.kernel)
      .field("calls", node.calls)
      .end_object();
}

}  // namespace

std::string convert_json(const std::vector<ConvertedSource>& sources) {
  return document([&](JsonWriter& json) { write_list(json, "models", sources, write_source); });
}

std::string optimize_json(const std::string& model, const std::string& output,
                          const Optimization& done) {
  return document([&](JsonWriter& json) {
    json.field("model", model);
    write_path(json, "output", output);
    write_optimization(json, done);
  });
}

std::string check_json(const CheckReport& report) {
  return document([&](JsonWriter& json) { write_check(json, report); });
}

std::string inspect_json(const std::string& path, const InspectReport& report) {
  return document([&](JsonWriter& json) {
    json.field("path", path)
        .field("format", report.format)
        .field("bytes", report.file_bytes)
        .field("sha256", report.sha256);
    write_list(json, "facts", report.facts, [](JsonWriter& one, const auto& fact) {
      one.field("name", fact.first).field("value", fact.second);
    });
    json.field("tree", report.tree);
    write_list(json, "globals", report.globals,
               [](JsonWriter& one, const InspectReport::Global& global) {
                 one.field("module", global.module)
                     .field("name", global.name)
                     .field("offset", global.offset)
                     .field("standing", global.standing);
               });
    write_error(json, "refused", report.refused);
  });
}

std::string formats_json(const std::vector<FormatRow>& rows) {
  return document([&](JsonWriter& json) {
    write_list(json, "formats", rows, [](JsonWriter& one, const FormatRow& row) {
      one.field("library", row.library)
          .field("name", row.name)
          .field("versions", row.versions)
          .field("methods", row.methods);
    });
  });
}

std::string run_json(const RunSummary& summary) {
  return document([&](JsonWriter& json) {
    const double rows = static_cast<double>(summary.rows);
    json.field("rows", summary.rows)
        .field("bad_rows", summary.bad_rows)
        .field("seconds", summary.seconds)
        .field("rows_per_s", summary.seconds > 0 ? rows / summary.seconds : 0.0);
    write_engine(json, summary.engine, summary.isa);
    write_list(
        json, "outputs", summary.outputs, [](JsonWriter& one, const RunSummary::Output& output) {
          one.field("name", output.name).field("dtype", output.dtype).field("shape", output.shape);
        });
    json.field("files", summary.files);
  });
}

std::string chrome_trace(const std::vector<NodeReport>& nodes) {
  return document([&](JsonWriter& json) {
    double at_us = 0;
    write_list(json, "traceEvents", nodes, [&](JsonWriter& one, const NodeReport& node) {
      const double duration_us = static_cast<double>(node.nanoseconds) / 1000;
      write_trace_event(one, node, at_us, duration_us);
      at_us += duration_us;
    });
    json.field("displayTimeUnit", "ns");
  });
}

}  // namespace tundish
