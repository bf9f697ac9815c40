// The flags of import, imports, supernets, token and backup. Tested end to end by
// tests/e2e/command_test.cpp and import_test.cpp.
#include <CLI/CLI.hpp>
#include <memory>

#include "server/cli/commands.hpp"
#include "server/cli/completion.hpp"
#include "server/cli/verbs.hpp"

namespace quarry::server {

void add_import_verbs(Verbs& verbs) {
  auto import = std::make_shared<ImportOptions>();
  CLI::App* verb = verbs.add("import", "send measurements from a file to a server; prints their id",
                             [=, &verbs] { return import_file(verbs.client(), *import); });
  verbs.add_server(verb);
  verb->add_option("file", import->file, "CSV (DyNAS-T's too) or JSON lines; - reads stdin")
      ->required()
      ->type_name(kFileArgument);
  verb->add_option("--supernet", import->supernet, "whose networks they are")
      ->required()
      ->type_name(kSupernetArgument);
  verb->add_option("--column", import->columns,
                   "\"COLUMN=TARGET\": config, genome, a gene, ignore, or a metric such as "
                   "\"Top-1 Acc (%)=accuracy*0.01\"; repeat for more")
      ->allow_extra_args(false);
  verb->add_option("--fingerprint", import->fingerprint, "the machine that measured them");
  verb->add_option("--name", import->name, "name of the import");
  verb->add_option("--format", import->format, "instead of what the file looks like")
      ->check(CLI::IsMember({"auto", "dynast", "csv", "jsonl"}));
  verb->add_flag("--dry-run", import->dry_run, "say what would be taken, store nothing");
  verb->add_flag("--json", import->as_json, "as JSON");

  auto id = std::make_shared<std::string>();
  auto as_json = std::make_shared<bool>(false);
  auto delete_it = std::make_shared<bool>(false);
  CLI::App* imports = verbs.add("imports", "the imports of a server", [=, &verbs] {
    return *delete_it ? delete_import(verbs.client(), *id, *as_json)
                      : show_imports(verbs.client(), *id, *as_json);
  });
  verbs.add_server(imports);
  CLI::Option* which = imports->add_option("id", *id, "one of them: what it took, what not and why")
                           ->type_name(kImportArgument);
  imports->add_flag("--json", *as_json, "as JSON");
  imports->add_flag("--delete", *delete_it, "take it away")->needs(which);
}

void add_supernet_verbs(Verbs& verbs) {
  auto as_json = std::make_shared<bool>(false);
  const auto add = [&](const char* name, const char* help, std::function<int()> action,
                       CLI::App* parent) {
    CLI::App* verb = verbs.add(name, help, std::move(action), parent);
    verb->add_flag("--json", *as_json, "as JSON");
    return verb;
  };
  CLI::App* group = add(
      "supernets", "what can be searched; checks and adds your own",
      [=] { return list_supernets(*as_json); }, nullptr);
  group->require_subcommand(0, 1);
  auto name = std::make_shared<std::string>();
  add(
      "show", "sizes and extremes of one", [=] { return show_supernet(*name, *as_json); }, group)
      ->add_option("name", *name, "a built-in one")
      ->required()
      ->type_name(kSupernetArgument);
  auto manifest = std::make_shared<std::string>();
  const auto take_manifest = [&](CLI::App* verb) {
    verb->add_option("file", *manifest, "the manifest as JSON; - reads stdin")
        ->required()
        ->type_name(kFileArgument);
  };
  take_manifest(add(
      "check", "every mistake of a manifest, or its sizes and extremes",
      [=] { return check_supernet(*manifest, *as_json); }, group));
  verbs.add("schema", "the manifest format as a JSON Schema", &print_manifest_schema, group);
  CLI::App* sending = add(
      "add", "send a manifest to a server",
      [=, &verbs] { return add_supernet(verbs.client(), *manifest, *as_json); }, group);
  verbs.add_server(sending);
  take_manifest(sending);
}

void add_data_verbs(Verbs& verbs) {
  auto folder = std::make_shared<std::string>(default_data_folder());
  auto as_json = std::make_shared<bool>(false);
  const auto add = [&](const char* name, const char* help, std::function<int()> action,
                       CLI::App* parent) {
    CLI::App* verb = verbs.add(name, help, std::move(action), parent);
    add_data_folder(verb, *folder);
    verb->add_flag("--json", *as_json, "as JSON");
    return verb;
  };
  CLI::App* tokens = verbs.add_group("token", "who may use a server beyond loopback");
  auto name = std::make_shared<std::string>();
  auto scope = std::make_shared<std::string>("read");
  CLI::App* create = add(
      "create", "make one; it is shown once",
      [=] { return create_token(*folder, *name, *scope, *as_json); }, tokens);
  create->add_option("name", *name, "what it is for")->required();
  create->add_option("--scope", *scope, "what it may do")
      ->check(CLI::IsMember({"read", "worker", "admin"}))
      ->capture_default_str();
  add(
      "list", "those that were made", [=] { return list_tokens(*folder, *as_json); }, tokens);
  auto id = std::make_shared<std::string>();
  add(
      "revoke", "take one back", [=] { return revoke_token(*folder, *id, *as_json); }, tokens)
      ->add_option("id", *id, "its id")
      ->required();

  auto file = std::make_shared<std::string>();
  add(
      "backup", "copy the database, whole and checked, while it is used or not",
      [=] { return backup(*folder, *file, *as_json); }, nullptr)
      ->add_option("file", *file, "a new file")
      ->required()
      ->type_name(kFileArgument);
}

}  // namespace quarry::server
