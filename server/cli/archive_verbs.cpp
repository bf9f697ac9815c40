// Tested end to end by tests/e2e/archive_test.cpp.
#include "server/cli/archive_verbs.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "server/archives/log_replay.hpp"
#include "server/archives/study_archive.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/input.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string counted(std::size_t count, const char* noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

json report_json(const StudyArchive& archive, const ReplayReport& report) {
  json view = {{"study", archive.study.id},
               {"events", report.events},
               {"proposals", report.proposals},
               {"outcomes", report.outcomes},
               {"confirmations", report.confirmations},
               {"trials", report.trials},
               {"identical", !report.difference}};
  if (report.difference)
    view["difference"] = {{"event", report.difference->sequence},
                          {"trial", report.difference->trial},
                          {"what", report.difference->what},
                          {"recorded", report.difference->recorded},
                          {"replayed", report.difference->replayed}};
  return view;
}

std::string report_text(const StudyArchive& archive, const ReplayReport& report) {
  std::string text =
      fmt::format("{}: {} replayed: {}, {}, {} and {} as shown", archive.study.id,
                  counted(report.events, "event"), counted(report.proposals, "proposal"),
                  counted(report.outcomes, "outcome"),
                  counted(report.confirmations, "confirmation"), counted(report.trials, "trial"));
  if (!report.difference) return text + ", every byte the same.\n";
  const ReplayDifference& first = *report.difference;
  const std::string where =
      first.sequence > 0 ? fmt::format(" (event {})", first.sequence) : std::string();
  return text + fmt::format(".\nThe first difference is in {}{}:\n  recorded  {}\n  replayed  {}\n",
                            first.what, where, first.recorded, first.replayed);
}

void print_pairs(const json& confirmation) {
  for (const json& pair : confirmation.at("pairs")) {
    std::string line =
        fmt::format("  trials {} and {}: {}", pair.at("trials")[0].dump(),
                    pair.at("trials")[1].dump(), pair.at("metric").get<std::string>());
    if (pair.contains("difference"))
      line += fmt::format(" differs by {:.5g} ± {:.2g}, {}", pair["difference"].get<double>(),
                          pair.at("half_width").get<double>(),
                          pair.at("told_apart").get<bool>() ? "told apart" : "not told apart");
    std::cout << line << "\n";
  }
}

}  // namespace

ArchiveVerbs::ArchiveVerbs(Verbs& verbs) : verbs_(verbs) {
  CLI::App* archive = add_on_server("archive", "a study as one file that another machine can check",
                                    &ArchiveVerbs::archive);
  add_study(archive);
  archive->add_option("-o,--output", file_, "the file; - or none: stdout")
      ->type_name(kFileArgument);
  CLI::App* restore = add_on_server("restore", "take in a study from such a file; prints its id",
                                    &ArchiveVerbs::restore);
  restore->add_option("file", file_, "what 'archive' wrote; - reads stdin")
      ->required()
      ->type_name(kFileArgument);
  restore->add_flag("--json", as_json_, "as JSON");
  CLI::App* replay = add("replay",
                         "search again as such a file says, with its measurements, and compare "
                         "every byte; needs no server",
                         &ArchiveVerbs::replay);
  replay->add_option("file", file_, "what 'archive' wrote; - reads stdin")
      ->required()
      ->type_name(kFileArgument);
  replay->add_option("--supernets", supernets_, "folder with supernets beside the built-in ones")
      ->type_name(kFileArgument);
  replay->add_flag("--json", as_json_, "as JSON");
  add_confirm();
}

CLI::App* ArchiveVerbs::add(const char* name, const char* help,
                            int (ArchiveVerbs::*action)() const) {
  return verbs_.add(name, help, [this, action] { return (this->*action)(); });
}

CLI::App* ArchiveVerbs::add_on_server(const char* name, const char* help,
                                      int (ArchiveVerbs::*action)() const) {
  CLI::App* verb = add(name, help, action);
  verbs_.add_server(verb);
  return verb;
}

void ArchiveVerbs::add_study(CLI::App* verb) {
  verb->add_option("study", study_, "its id or name")->required()->type_name(kStudyArgument);
}

void ArchiveVerbs::add_confirm() {
  CLI::App* verb =
      add_on_server("confirm", "measure again what of a front cannot be told apart at 95 %",
                    &ArchiveVerbs::confirm);
  add_study(verb);
  verb->add_option("--budget", budget_,
                   "repeats of each member at most, such as 10, or seconds, such as 60s")
      ->capture_default_str();
  verb->add_option("--where", where_,
                   "only members for which this holds, such as \"latency_ms <= 10\"; repeat for "
                   "more")
      ->allow_extra_args(false);
  CLI::Option* best =
      verb->add_option("--best", best_, "the best in this metric and who cannot be told from it");
  verb->add_option("--within", within_, "that loses at most so much of another: accuracy:0.5%")
      ->needs(best);
  verb->add_flag("--knee", knee_, "the knee and who cannot be told from it")->excludes(best);
  verb->add_flag("--dry-run", dry_run_, "say what would be measured");
  verb->add_flag("--detach", detach_, "return at once; 'show' or the events tell the outcome");
  verb->add_flag("--json", as_json_, "as JSON");
}

int ArchiveVerbs::archive() const {
  int code = kDone;
  const auto id = find_study_id(client(), study_, code);
  if (!id) return code;
  const Response response = client().request("GET", "/v1/studies/" + *id + "/archive");
  if (response.status != 200) return refuse(response);
  return write_output("archive", file_, response.body);
}

int ArchiveVerbs::restore() const {
  const auto bytes = read_input("restore", file_);
  if (!bytes) return 1;
  const Response response =
      client().request("POST", "/v1/studies:import_archive", *bytes, "application/octet-stream");
  if (response.status != 201) return refuse(response);
  const json study = json::parse(response.body);
  if (as_json_) {
    std::cout << study.dump(2) << "\n";
    return 0;
  }
  std::cout << study.at("id").get<std::string>() << "\n";
  const json& counts = study.at("restored");
  std::cerr << fmt::format(
      "{} with {}, {} and {}; it is {}\n", study.at("name").get<std::string>(),
      counted(counts.at("events"), "event"), counted(counts.at("trials"), "trial"),
      counted(counts.at("measurements"), "measurement"), study.at("state").get<std::string>());
  for (const json& why : study.at("cannot_run"))
    std::cerr << fmt::format("this server cannot go on with it: {} {}\n",
                             why.at("pointer").get<std::string>(),
                             why.at("detail").get<std::string>());
  return 0;
}

int ArchiveVerbs::replay() const {
  const auto bytes = read_input("replay", file_);
  if (!bytes) return 1;
  search::FieldErrors errors;
  const auto archive = read_archive(*bytes, errors);
  evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  if (!supernets_.empty()) {
    for (const std::string& problem : library.add_folder(supernets_))
      std::cerr << "quarry replay: a supernet was left out: " << problem << "\n";
  }
  std::optional<ReplayReport> report;
  if (archive) report = replay_archive(*archive, library, errors);
  print_mistakes("replay", file_, errors);
  if (!report) return 1;
  std::cout << (as_json_ ? report_json(*archive, *report).dump(2) + "\n"
                         : report_text(*archive, *report));
  return report->difference ? 1 : 0;
}

// "10" or "60s".
bool ArchiveVerbs::read_budget(json& body) const {
  const bool is_seconds = budget_.ends_with('s');
  const char* end = budget_.data() + budget_.size() - (is_seconds ? 1 : 0);
  double value = 0.0;
  const auto [rest, error] = std::from_chars(budget_.data(), end, value);
  const bool is_whole = std::floor(value) == value;
  if (error != std::errc() || rest != end || !(value > 0.0 && value <= 1e6) ||
      (!is_seconds && !is_whole)) {
    std::cerr << "quarry confirm: --budget must be repeats such as 10 or seconds such as 60s, got "
              << budget_ << "\n";
    return false;
  }
  if (is_seconds) {
    body["seconds"] = value;
  } else {
    body["repeats"] = static_cast<std::int64_t>(value);
  }
  return true;
}

int ArchiveVerbs::follow_confirmation(const std::string& id, std::int64_t number) const {
  int code = kDone;
  client().stream(
      "/v1/studies/" + id + "/events", 0,
      [&](const ServerSentEvent& event) {
        if (event.type != "study.confirmed") return true;
        return json::parse(event.data).at("confirmation").get<std::int64_t>() < number;
      },
      [&](const Response& response) { code = refuse(response); });
  if (code != kDone) return code;
  const auto study = fetch_document(client(), "/v1/studies/" + id, code);
  if (!study) return code;
  const json& confirmation = study->at("confirmation");
  if (as_json_) {
    std::cout << confirmation.dump(2) << "\n";
  } else {
    print_pairs(confirmation);
    std::cout << confirmation.at("sentence").get<std::string>() << " ("
              << confirmation.at("reason").get<std::string>() << ")\n";
  }
  return 0;
}

int ArchiveVerbs::confirm() const {
  json body = json::object();
  if (!read_budget(body)) return kWronglyUsed;
  int code = kDone;
  const auto id = find_study_id(client(), study_, code);
  if (!id) return code;
  if (!where_.empty()) body["where"] = where_;
  if (!best_.empty()) body["best"] = best_;
  if (!within_.empty()) body["within"] = within_;
  if (knee_) body["knee"] = true;
  if (dry_run_) body["dry_run"] = true;
  const Response response =
      client().request("POST", "/v1/studies/" + *id + ":confirm", body.dump());
  if (response.status != 200 && response.status != 202) return refuse(response);
  const json confirmation = json::parse(response.body).at("confirmation");
  if (response.status == 202 && !detach_)
    return follow_confirmation(*id, confirmation.at("number").get<std::int64_t>());
  if (as_json_) {
    std::cout << confirmation.dump(2) << "\n";
    return 0;
  }
  print_pairs(confirmation);
  if (const std::string sentence = confirmation.at("sentence"); !sentence.empty())
    std::cout << sentence << "\n";
  return 0;
}

}  // namespace quarry::server
