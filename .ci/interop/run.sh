#!/bin/bash
# Talks through baton to bots made with Microsoft's Python SDKs and checks what comes back; kills the server, takes its
# disk away and loads it.
#
# Usage: run.sh [BATON]   the built executable, .build/debug/baton unless given; needs Python 3.10 or later and PyPI
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
baton=${1:-$here/../../.build/debug/baton}
work=$(mktemp -d)
started=()
parts=()

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

# Runs a check and keeps what it prints, whose last line is its count: part NAME SCRIPT ARGUMENTS…
part() {
    parts+=("$1")
    "$python" "$here/$2" "${@:3}" | tee "$work/$1" || true
}

# A Direct Line client of another make, through a server in front of the bot: client SDK BOT
client() {
    echo "== a Direct Line client, baton serve and a bot on $1"
    "$baton" serve --port 0 --bot "$2" >"$work/serve-$1" 2>"$work/serve-$1.err" &
    started+=($!)
    part "client-$1" client.py "$(wait_for "$work/serve-$1" 'http://[^ ]+/v3/directline' "baton serve")" "$1"
}

# A person at baton's own chat: chat SDK BOT
chat() {
    local status=0 attached="$work/some notes.txt"
    echo "== baton itself and a bot on $1"
    printf 'Grüße\r\n' >"$attached"
    printf '%s\n' cards typing 'burst 200' proactive update delete stream file "/attach '$attached'" 'human please' |
        timeout 120 "$baton" --json --agent-pace 8 --bot "$2" >"$work/lines" 2>"$work/lines.err" || status=$?
    part "chat-$1" check.py "$work/lines" "$status" "$attached"
    if grep -q ^FAIL "$work/chat-$1"; then cat "$work/lines.err" >&2; fi
}

# A handoff and how it ends, recorded: handoff SDK BOT DIALECT OUTCOME OPTION…
handoff() {
    local status=0 name=$1-$3-$4 lines=("human $3")
    echo "== a handoff in the dialect $3, asked for by a bot on $1: $4"
    if [[ $4 == end ]]; then lines+=("thank you, that's all"); fi
    # Reports are spelt as the bot asks.
    printf '%s\n' "${lines[@]}" |
        timeout 120 "$baton" --json --agent-pace 20 --settle 200 --seed 7 --bot "$2" "${@:5}" \
            --record "$work/$name.transcript" >"$work/lines" ||
        status=$?
    "$baton" transcript check --json "$work/$name.transcript" >"$work/check" || true
    part "handoff-$name" dialects.py "$3" "$4" "$work/lines" "$status" "$work/check"
}

# Every outcome that the documents name: outcomes SDK BOT DIALECT
outcomes() {
    handoff "$@" back
    handoff "$@" end
    handoff "$@" refusal --fault no-agents
    handoff "$@" missing-skill --fault wrong-skill --skill-gap fail
    handoff "$@" time-out --fault wrong-skill --skill-gap wait --max-wait 1
    handoff "$@" lost --fault agent-vanishes --agent-grace 0 --agent-loss bot
}

# A handoff to a human at a desk: desk SDK BOT DIALECT
desk() {
    local name=desk-$1-$3 service hub desk user_status=0 desk_status=0
    echo "== a human at a desk, in the dialect $3, asked for by a bot on $1"
    BATON_AGENT_SECRET=interop "$baton" serve --agent desk --dialect "$3" --bot "$2" >"$work/$name.serve" &
    started+=($!)
    wait_for "$work/$name.serve" 'Ctrl-C stops' "baton serve" >/dev/null
    service=$(grep -Eo 'http://[^ ]+/v3/directline' "$work/$name.serve")
    hub=$(grep -Eo -- '--hub http://[^ ]+' "$work/$name.serve")
    printf '%s\n' /accept 'Hello from the desk' /back |
        BATON_AGENT_SECRET=interop timeout 120 "$baton" agent $hub --name Dana --json >"$work/$name.desk" &
    desk=$!
    wait_for "$work/$name.desk" 'desk.signedIn' "baton agent" >/dev/null
    # The agent's line comes within the silence after the acceptance, and the agent waits for the answer.
    printf '%s\n' 'human please' 'thank you' |
        timeout 120 "$baton" --json --settle 2000 --direct-line "$service" >"$work/$name.user" || user_status=$?
    wait "$desk" || desk_status=$?
    part "$name" desk.py "$3" "$work/$name.user" "$work/$name.desk" "$user_status" "$desk_status"
}

# A long conversation with a human at a desk, whose transcripts go by link both ways: long SDK BOT
long() {
    local name=long-$1 service hub desk line round number tries user_status=0 desk_status=0
    echo "== a conversation of 600 KB, handed over to a human and back, with a bot on $1"
    line=$(printf 'x%.0s' $(seq 1 4000))
    BATON_AGENT_SECRET=interop "$baton" serve --agent desk --bot "$2" >"$work/$name.serve" &
    started+=($!)
    wait_for "$work/$name.serve" 'Ctrl-C stops' "baton serve" >/dev/null
    service=$(grep -Eo 'http://[^ ]+/v3/directline' "$work/$name.serve")
    hub=$(grep -Eo -- '--hub http://[^ ]+' "$work/$name.serve")
    # The agent goes on once the user has answered, so that both speak.
    { echo /transcript && echo /accept && for round in $(seq 1 30); do
        for number in $(seq $((round * 5 - 4)) $((round * 5))); do echo "agent $number $line"; done
        for tries in $(seq 1 300); do
            if grep -q "\"reply $round x" "$work/$name.desk"; then break; fi
            sleep 0.1
        done
    done && echo '/back finish the booking'; } |
        BATON_AGENT_SECRET=interop timeout 300 "$baton" agent $hub --name Dana --json --settle 1 --answer-within 0 \
            >"$work/$name.desk" &
    desk=$!
    wait_for "$work/$name.desk" 'desk.signedIn' "baton agent" >/dev/null
    { for number in $(seq 1 75); do echo "user $number $line"; done && echo 'human please' &&
        for number in $(seq 1 30); do echo "reply $number $line"; done; } |
        timeout 300 "$baton" --json --settle 300 --direct-line "$service" >"$work/$name.user" || user_status=$?
    wait "$desk" || desk_status=$?
    part "$name" long.py "$line" "$work/$name.user" "$work/$name.desk" "$user_status" "$desk_status" "$service"
}

python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
python="$work/venv/bin/python"

for tool in asciinema chromium; do
    command -v "$tool" >/dev/null || $(command -v sudo) sh -c "apt-get update -q && apt-get install -yq $tool" >/dev/null
done
for tool in nginx haproxy openssl; do
    # nginx and HAProxy are where people do not always have them in their path.
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null ||
        $(command -v sudo) sh -c "apt-get update -q && apt-get install -yq --no-install-recommends $tool" >/dev/null
done
echo "== nginx and HAProxy with TLS in front of baton serve"
PATH=$PATH:/usr/sbin part proxies proxies.py "$baton"
echo "== files for an SDK, a browser and a cast player"
part transcripts transcripts.py "$baton" "$here/../../Transcripts"
echo "== transcripts from a stand-in for Dataverse"
part dataverse dataverse.py "$baton"

echo "== a server that is killed"
part kills kills.py "$baton" 4 --same-service-url
echo "== a server whose disk is full, read-only or damaged"
part disk disk.py "$baton" 3
echo "== a server that is loaded"
part memory memory.py "$baton" short

echo "== numbered lines while the server has faults"
part turns turns.py "$baton" short

"$python" "$here/bot.py" 0 >"$work/botbuilder" 2>"$work/botbuilder.err" &
started+=($!)
"$python" "$here/agents_bot.py" 0 >"$work/agents" 2>"$work/agents.err" &
started+=($!)
for sdk in botbuilder agents; do
    bot=$(wait_for "$work/$sdk" 'http://[^ ]+/api/messages' "the bot on $sdk")
    client "$sdk" "$bot"
    chat "$sdk" "$bot"
    echo "== a conversation that is recorded and replayed, with a bot on $sdk"
    script=$([[ $sdk == agents ]] && echo agents_bot.py || echo bot.py)
    part "replay-$sdk" replay.py "$baton" "$bot" "$here/$script"
    dialects=(sdk)
    # Neither SDK knows the other two; what the bot then hears has nothing of the SDK's.
    if [[ $sdk == botbuilder ]]; then dialects+=(three-events three-events-as-coded); fi
    for dialect in "${dialects[@]}"; do
        outcomes "$sdk" "$bot" "$dialect"
        desk "$sdk" "$bot" "$dialect"
    done
    if [[ $sdk == botbuilder ]]; then long "$sdk" "$bot"; fi
done

# The last line counts all parts; a part that did not get to its own count has failed.
passed=0 failed=0
for part in "${parts[@]}"; do
    counts=$(tail -n 1 "$work/$part")
    if [[ $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
    else
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
