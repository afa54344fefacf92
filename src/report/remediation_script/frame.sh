set -eu
export AWS_PAGER=''

usage() {
  say 'Without arguments, commands are printed and not run.'
  say '  --apply            run what shows something, and what another command takes back'
  say '  --apply --delete   run also what nothing takes back'
  say '  --help             print this'
}

say() { printf '%s\n' "$@"; }

# fail TEXT: says what went wrong, and goes on.
fail() {
  printf 'error: %s\n' "$*" >&2
  status=1
}

# account NUMBER: what follows is for this account, and is run only with credentials of it.
account() {
  say '' "account ${1:-(fill in ACCOUNT_NUMBER)}"
  ready=yes
  [ "$apply" = yes ] || return 0
  used=$(aws sts get-caller-identity --query Account --output text) || used=''
  if [ -z "$1" ]; then
    ready=no
    fail "skipped: fill in ACCOUNT_NUMBER; the credentials in use are those of account ${used:-(none)}"
  elif [ "$used" != "$1" ]; then
    ready=no
    fail "account $1 is skipped: the credentials in use are those of account ${used:-(none)}"
  fi
}

# step EFFECT WORD...: runs a command, or prints it. A word in angle brackets is a variable that is still empty.
step() {
  effect=$1
  shift
  line=''
  empty=''
  for word in "$@"; do
    case $word in
      '<'*'>')
        word=${word#<}
        word=${word%>}
        empty="$empty $word"
        ;;
      =* | *[!A-Za-z0-9_@+=:,./-]*) quote ;;
    esac
    line="$line $word"
  done
  if [ "$apply" = no ] && [ "$effect" = final ]; then
    say "would run with --delete:$line"
  elif [ "$apply" = no ]; then
    say "would run:$line"
  elif [ "$ready" = no ]; then
    say "skipped:$line"
  elif [ "$effect" = final ] && [ "$delete" = no ]; then
    say "not run without --delete:$line"
  elif [ -n "$empty" ]; then
    fail "fill in$empty; not run:$line"
  else
    say "running:$line"
    "$@" || fail "exit status $? of:$line"
  fi
}

# quote: makes $word a word of the shell, to be printed.
quote() {
  rest=$word
  word=$mark
  while true; do
    case $rest in
      *"$mark"*)
        word=$word${rest%%"$mark"*}$mark\\$mark$mark
        rest=${rest#*"$mark"}
        ;;
      *) break ;;
    esac
  done
  word=$word$rest$mark
}

mark="'"
apply=no
delete=no
status=0
ready=yes
for argument in "$@"; do
  case $argument in
    --apply) apply=yes ;;
    --delete) delete=yes ;;
    --help | -h)
      usage
      exit 0
      ;;
    *)
      fail "unknown argument: $argument"
      usage >&2
      exit 2
      ;;
  esac
done
if [ "$delete" = yes ] && [ "$apply" = no ]; then
  fail '--delete goes with --apply alone'
  exit 2
fi
if [ "$apply" = yes ] && ! command -v aws >/dev/null; then
  fail 'the AWS CLI (aws) is not installed'
  exit 2
fi
