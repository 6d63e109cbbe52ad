#!/bin/sh
# Countersign's hook: asks the gate over a unix socket and repeats its answer. It decides nothing and starts no Node.
# Fail closed: only a whole answer that says `Countersign-Verdict: allow` lets a push through. No answer, no push.
# Installed with its four settings filled in; the pusher can read this file and changes nothing by it.
repository='@REPOSITORY@'
folder='@FOLDER@'
door='@DOOR@'
seconds='@SECONDS@'

# The account and the quarantine are named by git and by the transport; the server checks both against its own records.
push="${COUNTERSIGN_PUSH:-}"
quarantine="${GIT_QUARANTINE_PATH:-}"
quarantine="${quarantine##*/}"

# git moved the ref already: the server writes `landed` when it is back.
refuse() {
  [ "$door" = post-receive ] && exit 0
  echo "countersign: refused  no answer from the gate, so nothing passes [GATE_UNAVAILABLE]" >&2
  echo "  remedy: start the Countersign server (or ask whoever runs it), then push again; nothing was changed" >&2
  exit 1
}

# They become header lines: one with a line break in it could bring a body of its own.
case "$push$quarantine" in
*[!A-Za-z0-9_-]*)
  echo "countersign: refused  COUNTERSIGN_PUSH or GIT_QUARANTINE_PATH is not what the server sets [GATE_REQUEST_INVALID]" >&2
  echo "  remedy: unset both and push over the served address; nothing was changed" >&2
  exit 1
  ;;
esac

# The socket is named relative to its folder: the path of a unix socket may not exceed 107 bytes.
cd "$folder" 2>/dev/null || refuse

if command -v perl >/dev/null 2>&1; then
  exec perl -e '
    use strict; use Socket;
    my ($door, $repository, $push, $quarantine, $seconds) = @ARGV;
    sub refuse {
      exit 0 if $door eq "post-receive";
      print STDERR "countersign: refused  no answer from the gate, so nothing passes [GATE_UNAVAILABLE]\n";
      print STDERR "  remedy: start the Countersign server (or ask whoever runs it), then push again; nothing was changed\n";
      exit 1;
    }
    local $SIG{ALRM} = \&refuse; alarm $seconds;
    local $SIG{PIPE} = "IGNORE";
    binmode STDIN; my $body = do { local $/; <STDIN> }; $body = "" unless defined $body;
    socket(my $s, AF_UNIX, SOCK_STREAM, 0) or refuse();
    connect($s, sockaddr_un("hook.sock")) or refuse();
    my $request = "POST /hook/$door HTTP/1.1\r\nHost: hook\r\nConnection: close\r\nContent-Length: " . length($body)
      . "\r\nCountersign-Repository: $repository\r\nCountersign-Push: $push\r\nCountersign-Quarantine: $quarantine\r\n\r\n" . $body;
    my $sent = 0;
    while ($sent < length $request) { my $n = syswrite($s, $request, length($request) - $sent, $sent); refuse() unless $n; $sent += $n; }
    my $answer = ""; while (sysread($s, my $part, 65536)) { $answer .= $part; }
    my ($head, $text) = split /\r\n\r\n/, $answer, 2;
    refuse() unless defined $text && $head =~ m{\AHTTP/1\.1 (\d{3}) };
    my $status = $1;
    my $length = $head =~ /^Content-Length: (\d+)\r?$/mi ? $1 : -1;
    my $verdict = $head =~ /^Countersign-Verdict: (allow|deny)\r?$/mi ? $1 : "";
    refuse() unless length($text) == $length && $verdict;
    print STDERR $text;
    exit($status == 200 && $verdict eq "allow" ? 0 : 1);
  ' "$door" "$repository" "$push" "$quarantine" "$seconds"
fi

command -v curl >/dev/null 2>&1 || refuse
answer=$(mktemp) || refuse
trap 'rm -f "$answer" "$answer.head"' EXIT
# -q first: no curlrc. The answer is read to its end, whatever length it claims, and then has to be of that length.
curl -q --silent --noproxy '*' --max-time "$seconds" --unix-socket hook.sock --data-binary @- --ignore-content-length --dump-header "$answer.head" --output "$answer" \
  -H "Expect:" -H "Connection: close" -H "Content-Type: text/plain" \
  -H "Countersign-Repository: $repository" -H "Countersign-Push: $push" -H "Countersign-Quarantine: $quarantine" \
  "http://hook/hook/$door" || refuse
# curl takes a head that was cut for a whole one: a whole one ends in an empty line.
[ -z "$(tr -d '\r' <"$answer.head" | sed -n '$p')" ] || refuse
length=$(tr -d '\r' <"$answer.head" | sed -n 's/^[Cc]ontent-[Ll]ength: \([0-9][0-9]*\)$/\1/p')
[ "$(wc -c <"$answer")" -eq "${length:--1}" ] 2>/dev/null || refuse
tr -d '\r' <"$answer.head" | grep -Eqi '^countersign-verdict: (allow|deny)$' || refuse
cat "$answer" >&2
head -n 1 "$answer.head" | grep -q '^HTTP/1\.1 200 ' && tr -d '\r' <"$answer.head" | grep -qi '^countersign-verdict: allow$'
