#!/bin/sh
# Countersign's hook: asks the gate over a unix socket and repeats its answer. It decides nothing, and starts no Node while a server lives.
# Fail closed: only a whole answer that says `Countersign-Verdict: allow` lets a push through. No answer, no push.
# Where the installation enabled it, nobody listens at all, and somebody handed over a break-glass, our own verifier is asked instead.
# Installed with its settings filled in; the pusher can read this file and changes nothing by it.
repository='@REPOSITORY@'
folder='@FOLDER@'
door='@DOOR@'
seconds='@SECONDS@'
# Empty unless a break-glass may be verified without a server.
node='@NODE@'
program='@PROGRAM@'
settings='@SETTINGS@'
handed='@HANDED@'

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
    use strict;
    my ($door, $repository, $push, $quarantine, $seconds, $node, $program, $settings, $handed) = @ARGV;
    sub refuse {
      exit 0 if $door eq "post-receive";
      print STDERR "countersign: refused  no answer from the gate, so nothing passes [GATE_UNAVAILABLE]\n";
      print STDERR "  remedy: start the Countersign server (or ask whoever runs it), then push again; nothing was changed\n";
      exit 1;
    }
    # A server that is slow, full or out of reach may still live: only where nobody listens there is none.
    sub unattended {
      my $why = $! + 0;
      require Errno;
      my $none = $why == Errno::ENOENT() || $why == Errno::ECONNREFUSED();
      refuse() unless $none && $door eq "pre-receive" && $node ne "";
      my $said = grep { ($ENV{"GIT_PUSH_OPTION_$_"} // "") =~ /\Abreak-glass=/ } 0 .. ($ENV{GIT_PUSH_OPTION_COUNT} || 0) - 1;
      if (!$said && opendir my $files, $handed) { $said = grep { !/\A\./ } readdir $files; }
      refuse() unless $said;
      # Nothing of the pusher may bend what is started.
      delete @ENV{grep { /\A(?:NODE_|LD_|DYLD_|OPENSSL_|SSL_)/ } keys %ENV};
      alarm $seconds + 5;
      $SIG{ALRM} = "DEFAULT"; $SIG{PIPE} = "DEFAULT";
      exec { $node } $node, $program, $settings, $seconds or refuse();
    }
    $SIG{ALRM} = \&refuse; alarm $seconds;
    $SIG{PIPE} = "IGNORE";
    # Loading Socket costs more than all the rest; Linux has had these numbers for ever, and where they are others nothing is reached.
    my ($unix, $stream, $address) = (1, 1, pack("S a*", 1, "hook.sock"));
    if ($^O ne "linux") { require Socket; ($unix, $stream, $address) = (Socket::AF_UNIX(), Socket::SOCK_STREAM(), Socket::sockaddr_un("hook.sock")); }
    socket(my $s, $unix, $stream, 0) or refuse();
    # Before anything is read: what git says on standard input is whole for whoever answers.
    connect($s, $address) or unattended();
    binmode STDIN; my $body = do { local $/; <STDIN> }; $body = "" unless defined $body;
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
  ' "$door" "$repository" "$push" "$quarantine" "$seconds" "$node" "$program" "$settings" "$handed"
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
