/**
 * A pre-receive hook that takes only authorised commits on one branch: fast-forward, each signed by a signer of `allowed_signers`
 * beside it, each with the trailer of a step. Git runs it in the repository's folder with the pushed objects in quarantine, which
 * its environment names: it must be left as it is, or git wouldn't find them.
 */
export const preReceiveHook = (branch: string): string => `#!/bin/sh
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_NO_REPLACE_OBJECTS=1 LC_ALL=C

refuse() {
  echo "refused: $*" >&2
  exit 1
}

signed() {
  git -c gpg.ssh.program=ssh-keygen -c gpg.ssh.allowedSignersFile="$PWD/allowed_signers" -c gpg.minTrustLevel=fully \\
    verify-commit "$1" >/dev/null 2>&1
}

while read -r old new ref; do
  [ "$ref" = "refs/heads/${branch}" ] || refuse "only ${branch} takes commits here, not $ref"
  case "$new" in *[!0]*) ;; *) refuse "${branch} may not be deleted" ;; esac
  case "$old" in *[!0]*) ;; *) refuse "${branch} may not be made anew" ;; esac
  git merge-base --is-ancestor "$old" "$new" || refuse "${branch} has moved on: this push is no fast-forward"
  commits=$(git rev-list "$old..$new") || refuse "the pushed commits can't be read"
  for commit in $commits; do
    signed "$commit" || refuse "commit $commit isn't signed by an authorised signer"
    git log -1 --format=%B "$commit" | grep -Eq '^Countersign-Step: [0-9a-f]{64}$' ||
      refuse "commit $commit names no Countersign-Step"
  done
done
`;
