"""What a hostile world sends to which surface, as data, and the tests that prove what is expected of it.

`test_surfaces.py` holds both ways: each input has a test that is there, and each file that tests nothing but hostile
input is bound to at least one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SKILLS = "tests/catalog/"
HTTP = "tests/http_api/"
REVIEW = "tests/review/"
SCAFFOLD = "tests/scaffold/"
CONTEXTS = "tests/contexts/"
IDENTITY = "tests/identity/"
FUZZ = "tests/hostile/test_fuzz.py::test_whatever_comes_is_answered_or_refused_by_name"

_YAML = "tests/test_strict_yaml.py::test_hostile_yaml_is_refused_at_its_line_with_a_fix"
_LINT = f"{SKILLS}test_lint.py::test_a_check_finds_what_its_page_says_at_the_line_that_it_says"
_SPELLING = "tests/mcp_api/test_uris.py::test_no_method_answers_another_spelling_or_says_where_anything_lies"
_TOKEN = f"{HTTP}test_bearer_tokens.py::test_a_token_that_does_not_hold_is_refused_and_nobody_is_asked_about_it"
_FORMATS = f"{REVIEW}test_formats.py::test_no_control_or_direction_character_reaches_the_reader"
_SAID = f"{REVIEW}test_hostile_text.py::test_what_is_said_in_a_change_moves_no_finding_and_reaches_no_reader"

Inputs = Mapping[str, tuple[str, ...]]
"""The tests of each input, as `file::test`, or a file where all of its tests are about it."""

SURFACES: Final[Mapping[str, Inputs]] = {
    "frontmatter": {
        "aliases and anchors": (_YAML,),
        "tags": (_YAML,),
        "merge keys": (_YAML,),
        "duplicate keys, also by case, width and escape": (_YAML,),
        "a second document": (_YAML, f"{SKILLS}test_hostile_frontmatter.py"),
        "other encodings": (
            "tests/test_strict_yaml.py::test_what_is_not_plain_utf_8_is_refused_at_its_line",
            f"{SKILLS}test_frontmatter.py::test_bytes_that_are_no_utf_8_are_a_problem_of_the_file",
        ),
        "NUL": (_YAML,),
        "depth, size and keys": (
            "tests/test_strict_yaml.py::test_limits_are_kept_to_the_byte_the_level_and_the_key",
            "tests/test_strict_yaml.py::test_a_bomb_of_64_kib_is_refused_at_its_first_forbidden_event_or_read_once",
        ),
        "invisible text": (_YAML, "tests/test_strict_yaml.py::test_utf_16_without_a_mark_is_refused_as_hidden_text"),
        "names that look like others, or end in a newline": (
            f"{SKILLS}test_validate.py::test_a_name_that_could_be_taken_for_another_is_refused",
        ),
        "its neighbours are served": (f"{SKILLS}test_hostile_frontmatter.py",),
        "anything, within 200 ms of the processor": (FUZZ,),
    },
    "skill tree": {
        "links to files": (
            f"{SKILLS}test_loader.py::test_a_link_is_refused_by_name_and_not_followed",
            f"{SKILLS}test_loader.py::test_a_skill_md_that_is_a_link_is_refused",
        ),
        "links to folders, and loops": (
            f"{SKILLS}test_loader.py::test_a_folder_that_is_a_link_is_refused",
            f"{SKILLS}test_loader.py::test_two_folders_that_link_to_each_other_are_refused",
        ),
        "pipes and sockets": (
            f"{SKILLS}test_loader.py::test_a_fifo_is_refused_without_waiting_for_a_writer",
            f"{SKILLS}test_loader.py::test_a_socket_is_refused",
        ),
        "sparse files": (f"{SKILLS}test_loader.py::test_a_sparse_file_of_a_terabyte_is_refused_by_its_stat",),
        "names that collide by case or normalisation": (
            f"{SKILLS}test_loader.py::test_names_that_some_file_system_takes_for_one_are_refused",
        ),
        "hostile names": (
            f"{SKILLS}test_loader.py::test_a_hostile_name_is_refused_and_shown_escaped",
            f"{SKILLS}test_loader.py::test_a_name_that_is_not_utf_8_is_refused",
        ),
        "dot files": (f"{SKILLS}test_loader.py::test_dot_files_and_caches_are_never_served",),
        "over 512 files, and exactly so many": (
            f"{SKILLS}test_loader.py::test_512_files_are_accepted_and_513_are_not",
        ),
        "over 16 MiB, and exactly so much": (
            f"{SKILLS}test_loader.py::test_16_mib_are_accepted_and_one_byte_more_is_refused_by_stat",
        ),
        "a file that is swapped while it is read": (
            f"{SKILLS}test_loader.py::test_a_file_that_was_swapped_since_it_was_looked_at_is_not_read",
        ),
        "files that are read for a user": ("tests/test_files.py",),
    },
    "skill text": {
        "hidden Unicode": (_LINT, "tests/test_hidden.py"),
        "hidden HTML": (_LINT,),
        "beacons": (_LINT,),
        "role tokens": (_LINT,),
        "override phrases": (_LINT,),
        "references across servers": (_LINT,),
        "it is served unchanged": (
            f"{SKILLS}test_lint.py::test_any_text_can_be_linted_and_is_served_as_it_was",
            "tests/conformance/test_skills_extension.py::test_what_is_read_has_the_size_and_the_digest_of_the_entry",
        ),
        "ordinary bilingual text, without an alarm": (
            f"{SKILLS}test_lint.py::test_ordinary_bilingual_prose_is_clean",
            f"{SKILLS}test_lint.py::test_the_clean_cases_of_all_other_pages_are_clean_of_hostile_text_too",
        ),
        "a page that shows it": (
            "tests/site/test_site.py::test_no_html_of_a_skill_comes_through",
            "tests/site/test_site.py::test_what_a_reader_could_not_see_is_written_out",
        ),
    },
    "URIs": {
        "dot segments in every encoding": (_SPELLING,),
        "NUL, CR and LF": (_SPELLING,),
        "userinfo, port, query and fragment": (_SPELLING,),
        "needless encoding": (
            _SPELLING,
            "tests/mcp_api/test_uris.py::test_an_address_that_is_spoilt_anywhere_is_that_of_nothing",
        ),
        "huge ones": (
            _SPELLING,
            "tests/mcp_api/test_uris.py::test_an_address_of_many_components_is_not_tried_at_each_of_them",
        ),
        "garbage cursors": ("tests/mcp_api/test_uris.py::test_a_garbage_cursor_is_refused_by_every_list",),
        "exactly one spelling answers": (
            "tests/mcp_api/test_uris.py::test_every_address_answers_and_no_two_files_have_the_same",
        ),
        "anything": (FUZZ,),
    },
    "scaffold values": {
        "quotes and newlines": (f"{SCAFFOLD}test_render.py::test_any_string_comes_back_from_its_source",),
        "template syntax": (f"{SCAFFOLD}test_render.py::test_template_syntax_in_a_value_stays_literal",),
        "templates that would leave their sandbox": (
            f"{SCAFFOLD}test_render.py::test_the_sandbox_lets_no_template_out",
        ),
        "keywords, and names that hide others": (
            f"{SCAFFOLD}test_names.py::test_a_keyword_is_refused",
            f"{SCAFFOLD}test_names.py::test_a_name_of_another_form_is_refused",
        ),
        "traversal in names": (
            f"{SCAFFOLD}test_engine.py::test_a_hostile_value_is_refused_before_anything_is_made",
            f"{SCAFFOLD}test_apply.py::test_a_path_outside_the_root_is_refused",
        ),
        "traversal in the id of a template": (
            "tests/hostile/test_template_ids.py::test_a_template_that_is_a_path_is_refused_before_anything_is_made",
        ),
        "planted links": (
            f"{SCAFFOLD}test_apply.py::test_a_planted_link_to_a_folder_outside_is_refused",
            f"{SCAFFOLD}test_apply.py::test_a_planted_link_in_the_place_of_a_file_is_refused",
        ),
        "a full disk": (f"{SCAFFOLD}test_full_disk.py",),
        "a kill in the midst of it": (
            f"{SCAFFOLD}test_journal.py::test_whenever_a_writer_is_killed_the_project_can_be_put_back_whole",
        ),
        "over HTTP nothing is written": (f"{HTTP}test_app.py::test_what_needs_a_disk_is_refused",),
    },
    "diffs": {
        "lying counts": (
            f"{REVIEW}test_diff.py::test_truncated_hunk_keeps_its_lines_and_says_what_is_missing",
            f"{REVIEW}test_diff.py::test_count_that_is_too_large_does_not_eat_the_next_file",
            f"{REVIEW}test_diff.py::test_lines_beyond_a_count_that_is_too_small_are_named",
        ),
        "bombs": (f"{REVIEW}test_diff.py::test_size_at_the_limit_is_read_and_one_byte_more_is_not",),
        "lines that end in CR": (f"{REVIEW}test_diff.py::test_only_line_feeds_end_lines",),
        "combined ones": (
            f"{REVIEW}test_diff.py::test_combined_diff_gives_what_the_merge_itself_adds",
            f"{REVIEW}test_diff.py::test_combined_hunk_that_does_not_add_up_is_named",
        ),
        "Trojan Source": (_SAID, _FORMATS),
        "prompt injection": (_SAID,),
        "ANSI": (_SAID, _FORMATS),
        "::error": (_SAID, f"{REVIEW}test_formats.py::test_no_line_is_a_command_to_a_build_log"),
        "mentions, HTML and links": (
            f"{REVIEW}test_formats.py::test_markdown_leaves_no_html_mention_or_link_of_the_diff_alive",
            f"{REVIEW}test_html.py::test_no_text_of_a_diff_ever_becomes_a_tag_or_an_attribute",
        ),
        "suppressions that it adds": (
            f"{REVIEW}test_engine.py::test_noqa_of_the_change_itself_silences_nothing",
            f"{REVIEW}test_ignores.py::test_the_comment_that_the_change_adds_is_reported_with_its_place",
        ),
        "configuration that it adds": (
            f"{REVIEW}test_engine.py::test_change_of_the_project_file_cannot_silence_its_own_review",
        ),
        "deeply nested code": (
            f"{REVIEW}test_hostile_text.py::test_code_that_is_nested_deeper_than_any_parser_goes_leaves_a_report_through_the_tool",
            f"{REVIEW}test_fragment.py::test_text_that_breaks_the_parser_never_raises",
        ),
        "secrets": (
            f"{REVIEW}test_hostile.py",
            f"{REVIEW}test_engine.py::test_secret_is_masked_in_messages_and_no_replacement_carries_one",
        ),
        "a repository that runs programs": (f"{REVIEW}test_git_hostile.py",),
        "anything": (FUZZ, f"{REVIEW}test_diff.py::test_any_bytes_give_a_diff_or_the_named_error"),
    },
    "HTTP": {
        "Host and Origin": (
            f"{HTTP}test_guard.py::test_another_host_is_misdirected",
            f"{HTTP}test_guard.py::test_another_origin_is_forbidden",
        ),
        "header and body that disagree": (
            "tests/conformance/test_error_codes.py::test_a_header_that_disagrees_with_the_body_has_its_own_code",
        ),
        "GET, DELETE and other methods": (f"{HTTP}test_guard.py::test_only_a_post_is_allowed",),
        "JSON abuse": (f"{HTTP}test_strict_json.py", FUZZ),
        "sizes": (f"{HTTP}test_guard.py::test_a_body_that_grows_too_large_is_cut_off", f"{HTTP}test_body.py"),
        "smuggling": (f"{HTTP}test_wire.py",),
        "slow headers and bodies": (
            f"{HTTP}test_wire.py::test_headers_that_do_not_arrive_in_time_end_the_connection",
            f"{HTTP}test_body.py::test_a_body_that_never_ends_is_timed_out",
        ),
        "answers that nobody takes": (f"{HTTP}test_wire.py::test_whoever_does_not_take_an_answer_is_let_go",),
        "one header that is there twice": (
            f"{HTTP}test_guard.py::test_a_header_that_says_what_is_done_is_there_once_or_not_at_all",
        ),
        "floods of streams": (
            f"{HTTP}test_limits.py::test_a_client_has_so_many_streams_and_another_has_its_own",
            "tests/mcp_api/test_changes.py::test_a_filter_with_too_many_or_too_long_addresses_is_refused",
        ),
        "floods of requests": (f"{HTTP}test_limits.py",),
        "every error has the specification's code": ("tests/conformance/test_error_codes.py",),
    },
    "OAuth": {
        "alg none, another algorithm, a wrong key": (_TOKEN,),
        "aud, iss and expiry": (_TOKEN,),
        "jku, jwk, kid and crit, and no request to an address from a token": (_TOKEN,),
        "missing scopes": (
            f"{HTTP}test_bearer_scopes.py::test_a_request_that_a_token_does_not_allow_is_challenged_with_all_that_it_needs",
            f"{HTTP}test_bearer_scopes.py::test_what_only_looks_like_a_scope_allows_nothing",
        ),
        "other tenants": (
            f"{HTTP}test_bearer_sight.py::test_contexts_of_others_look_like_none",
            f"{HTTP}test_bearer_sight.py::test_the_same_subject_of_another_issuer_is_somebody_else",
            f"{HTTP}test_holders.py",
        ),
        "no token, two tokens, a token in the address": (
            f"{HTTP}test_bearer.py::test_without_a_token_every_method_is_answered_with_where_to_get_one",
            f"{HTTP}test_bearer.py::test_two_tokens_are_none",
            f"{HTTP}test_bearer.py::test_a_token_in_the_address_is_not_read",
        ),
        "a silent issuer, and floods of made-up tokens": (
            f"{IDENTITY}test_keys.py::test_a_silent_issuer_holds_nobody_whose_key_is_known",
            f"{IDENTITY}test_keys.py::test_names_that_nobody_knows_make_us_ask_no_oftener_where_that_comes_to_nothing",
            f"{IDENTITY}test_introspection.py",
            f"{IDENTITY}test_api_tokens.py::test_tokens_that_are_made_up_push_out_none_that_holds_and_the_store_is_hardly_asked",
        ),
        "a token for another resource": (
            "tests/identity/test_flow.py::test_a_token_for_another_resource_of_the_same_issuer_is_refused",
        ),
    },
    "contexts, audit, logs": {
        "keys used again with another payload": (
            f"{CONTEXTS}test_service.py::test_a_key_with_another_request_is_refused",
        ),
        "races": (
            f"{CONTEXTS}test_service.py::test_writers_at_once_leave_each_version_once",
            f"{CONTEXTS}test_service.py::test_the_same_key_at_once_writes_once",
        ),
        "hostile names and bodies": (
            f"{CONTEXTS}test_service.py::test_a_name_that_is_none_is_refused",
            f"{CONTEXTS}test_service.py::test_a_document_that_cannot_be_stored_is_refused_with_its_place",
            FUZZ,
        ),
        "schema bombs": (
            f"{CONTEXTS}test_dialect.py::test_a_schema_that_a_document_could_be_led_through_for_ever_is_refused",
            f"{CONTEXTS}test_registered.py::test_a_pattern_that_blows_up_other_engines_is_linear_here",
        ),
        "reads across tenants": (
            f"{CONTEXTS}test_service.py::test_without_a_grant_everything_looks_as_if_it_were_not_there",
            "tests/mcp_api/test_context_changes.py::test_lists_are_told_only_to_those_who_may_read_what_came",
        ),
        "a tampered audit": (f"{CONTEXTS}test_faults.py::test_a_link_of_the_chain_that_was_changed_is_named",),
        "control characters in logs": (
            "tests/observing/test_logs.py::test_whatever_is_logged_is_one_line_of_plain_ascii",
            f"{HTTP}test_observed.py::test_what_a_client_writes_reaches_no_line_over_http_either",
            f"{HTTP}test_observed.py::test_bytes_that_are_no_request_are_not_repeated",
        ),
        "both backends answer alike": (f"{CONTEXTS}test_laws.py::test_a_store_agrees_with_a_dict",),
        "kills": (f"{CONTEXTS}test_kill.py",),
        "latency, resets, half-open and slow connections": (
            f"{CONTEXTS}test_fault_proxy.py",
            f"{HTTP}test_store_away.py",
        ),
        "a full or read-only disk": (
            f"{CONTEXTS}test_faults.py::test_a_full_disk_is_named_reads_go_on_and_writes_come_back",
            f"{CONTEXTS}test_faults.py::test_a_folder_that_may_only_be_read_is_named_reads_go_on_and_writes_come_back",
        ),
    },
    "what became a CVE elsewhere": {
        number: (f"tests/hostile/test_cves.py::test_{name}",)
        for number, name in {
            "CVE-2025-53109": "cve_2025_53109_a_link_leads_nowhere_outside",
            "CVE-2025-53109 in a skill": "cve_2025_53109_a_link_in_a_skill_is_no_way_to_what_it_points_at",
            "CVE-2025-53110": "cve_2025_53110_a_sibling_with_the_same_beginning_is_outside",
            "CVE-2025-68143 to 68145": "cve_2025_68143_68144_68145_a_revision_is_no_option_of_git",
            "CVE-2025-49596": "cve_2025_49596_no_other_address_is_bound_without_authentication",
            "CVE-2025-66416": "cve_2025_66416_a_page_that_rebinds_its_name_is_not_answered",
            "CVE-2026-32871": "cve_2026_32871_a_parameter_of_a_path_leads_to_no_other_path",
            "CVE-2026-27896": "cve_2026_27896_a_key_that_is_there_twice_or_in_another_case_slips_past_nothing",
            "CVE-2025-59536": "cve_2025_59536_what_a_branch_configures_does_not_judge_the_branch",
            "rug pull of a skill": "rug_pull_what_is_served_is_what_was_pinned",
            "rug pull of a tool": "rug_pull_the_tools_are_described_alike_to_everyone",
        }.items()
    },
}

HOSTILE_FILES: Final = ("tests/**/test_hostile*.py", "tests/**/test_*_hostile.py", "tests/hostile/test_cves.py")
"""Files that test nothing but hostile input, and so have their place above."""
