#!/usr/bin/env bash
# Reviews a pull request. All values come through the environment; see action.yml.
set -euo pipefail

fail() { echo "::error title=Backwright::$1"; exit 2; }
[[ $BASE =~ ^[0-9a-f]{40}$ ]] || fail "no base commit: use this action on pull_request, or give one as its input"
[[ $FAIL_ON =~ ^(error|warning|info|never)$ ]] || fail "fail-on is error, warning, info or never"
[[ $PROFILE =~ ^(|quiet|standard|strict)$ ]] || fail "profile is quiet, standard or strict"

# A checkout of one commit does not hold what the change is held against.
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
  git fetch --quiet --no-tags --unshallow origin
fi
git cat-file -e "$BASE^{commit}" 2>/dev/null || git fetch --quiet --no-tags origin "$BASE"

command -v uvx >/dev/null || pipx install --quiet "uv>=0.9,<1"

reports=${RUNNER_TEMP:-$(mktemp -d)}/backwright
mkdir -p "$reports"
options=(--root "$ROOT" --range "$BASE...HEAD" --fail-on "$FAIL_ON" --format github)
[ -z "$PROFILE" ] || options+=(--profile "$PROFILE")
for format in sarif markdown json github-review; do
  options+=(--also "$format=$reports/report.$format")
done

# Backwright as it is at the ref of this action.
code=0
uvx --quiet --from "$ACTION_PATH/../../.." backwright review "${options[@]}" || code=$?
[ "$code" -le 1 ] || exit "$code"

# Isolated: without it, Python imports what lies in the folder that it is started in, a json.py of the pull request's.
findings=$(python3 -I -c "import json, sys; print(len(json.load(open(sys.argv[1]))['findings']))" "$reports/report.json")
{
  echo "findings=$findings"
  echo "sarif=$reports/report.sarif"
} >> "$GITHUB_OUTPUT"
cat "$reports/report.markdown" >> "$GITHUB_STEP_SUMMARY"

if [ "$COMMENTS" = true ] && [ "$findings" -gt 0 ]; then
  [[ $PULL_REQUEST =~ ^[0-9]+$ ]] || fail "comments need a pull request"
  python3 -I - "$reports/report.github-review" "$HEAD_SHA" <<'PY'
import json, sys

path, head = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    review = json.load(file)
with open(path, "w", encoding="utf-8") as file:
    # What is pushed while this runs must not move the comments.
    json.dump({**review, "commit_id": head}, file)
PY
  gh api --silent --method POST "repos/$GITHUB_REPOSITORY/pulls/$PULL_REQUEST/reviews" --input "$reports/report.github-review"
fi
exit "$code"
