#!/bin/sh
# Any other CI: `ci.sh check` for a proposed change, `ci.sh apply` after it was merged, `ci.sh nightly` every night.
# Credentials come from AWS's standard environment: AWS_PROFILE, AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN, …
set -eu

manifest=${AI_KEYS_MANIFEST:-keys.toml}

case ${1:-} in
  check)
    ai-keys validate "$manifest"
    ai-keys plan "$manifest"
    ;;
  apply)
    ai-keys apply --yes "$manifest"
    ;;
  nightly)
    # What fell due since yesterday: expiries, rotations, deletions. Exit code 4 says that some of it is left, and
    # that running again is safe.
    code=0
    ai-keys apply --yes "$manifest" || code=$?
    if [ "$code" -eq 4 ]; then
      code=0
      ai-keys apply --yes "$manifest" || code=$?
    fi
    exit "$code"
    ;;
  *)
    echo "usage: $0 check|apply|nightly" >&2
    exit 2
    ;;
esac
