/** What `--plan` takes, in words: apart from the reading, for help loads no room. */
export const PLAN_WORDS = 'what applying it does: output of `terraform show -json`, `aws cloudformation describe-change-set` or `pulumi preview --json` (repeatable)';
