#!/bin/bash
# Talks through baton to a bot made with Microsoft's Python SDK and checks what comes back.
#
# Usage: run.sh [BATON]   the built executable, .build/debug/baton unless given; needs Python 3.9 or later and PyPI
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
baton=${1:-$here/../../.build/debug/baton}
work=$(mktemp -d)
started=()

finish() {
    local pid
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap finish EXIT

# Waits until a file holds a match and prints the first: wait_for FILE PATTERN WHAT
wait_for() {
    local tries
    for tries in $(seq 1 150); do
        if grep -Eo -m 1 "$2" "$1" 2>/dev/null; then return; fi
        sleep 0.2
    done
    echo "$3 did not start:" >&2
    cat "$1" "$1.err" >&2 || true
    return 1
}

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
python="$work/venv/bin/python"

"$python" "$here/bot.py" 0 >"$work/bot" 2>"$work/bot.err" &
started+=($!)
bot=$(wait_for "$work/bot" 'http://[^ ]+/api/messages' "the bot")

"$baton" serve --port 0 --bot "$bot" >"$work/serve" 2>"$work/serve.err" &
started+=($!)
direct_line=$(wait_for "$work/serve" 'http://[^ ]+/v3/directline' "baton serve")

echo "== a Direct Line client against baton serve"
"$python" "$here/client.py" "$direct_line" | tee "$work/client" || true

echo "== baton itself"
status=0
printf '%s\n' cards typing 'burst 20' proactive update delete 'human please' |
    timeout 120 "$baton" --json --bot "$bot" >"$work/lines" 2>"$work/lines.err" || status=$?
"$python" "$here/check.py" "$work/lines" "$status" | tee "$work/check" || true
if grep -q ^FAIL "$work/check"; then cat "$work/lines.err" >&2; fi

echo "== each dialect"
for dialect in sdk three-events three-events-as-coded; do
    status=0
    printf 'human please\n' |
        timeout 120 "$baton" --json --agent-pace 8 --dialect "$dialect" --bot "$bot" >"$work/lines" || status=$?
    "$python" "$here/dialects.py" "$dialect" "$work/lines" "$status" | tee "$work/dialect-$dialect" || true
done

echo "== a human at a desk, in each dialect"
for dialect in sdk three-events three-events-as-coded; do
    name=desk-$dialect
    BATON_AGENT_SECRET=interop "$baton" serve --agent desk --dialect "$dialect" --bot "$bot" >"$work/$name.serve" &
    started+=($!)
    wait_for "$work/$name.serve" 'Ctrl-C stops' "baton serve" >/dev/null
    service=$(grep -Eo 'http://[^ ]+/v3/directline' "$work/$name.serve")
    hub=$(grep -Eo -- '--hub http://[^ ]+' "$work/$name.serve")
    printf '%s\n' /accept 'Hello from the desk' /back |
        BATON_AGENT_SECRET=interop timeout 120 "$baton" agent $hub --name Dana --json >"$work/$name.desk" &
    desk=$!
    wait_for "$work/$name.desk" 'desk.signedIn' "baton agent" >/dev/null
    user_status=0 desk_status=0
    printf 'human please\n' |
        timeout 120 "$baton" --json --direct-line "$service" >"$work/$name.user" || user_status=$?
    wait "$desk" || desk_status=$?
    "$python" "$here/desk.py" "$dialect" "$work/$name.user" "$work/$name.desk" "$user_status" "$desk_status" |
        tee "$work/$name" || true
done

# The last line counts all parts; a part that did not get to its own count has failed.
passed=0 failed=0
for part in client check dialect-{sdk,three-events,three-events-as-coded} desk-{sdk,three-events,three-events-as-coded}; do
    counts=$(tail -n 1 "$work/$part")
    if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
