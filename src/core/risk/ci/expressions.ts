/** Expressions of pipelines (`${{ ... }}`), read in one walk: who writes a line decides how often it opens one. */

/** What stands between each `${{` and the next `}`. An expression that never ends counts: the next line may end it. */
export function expressions(text: string): readonly string[] {
  return text.split('}').flatMap((part) => {
    const at = part.indexOf('${{');
    return at < 0 ? [] : [part.slice(at + 3)];
  });
}

const EVENT = /\bgithub\.event\.(?:issue|pull_request|comment|review|discussion|head_commit|workflow_run)\b/;
const WRITTEN = /\b(?:title|body|ref|label|message|email|name|head_branch)\b/;

/** Whether a line puts text that outsiders write into itself. */
export const injects = (line: string): boolean =>
  expressions(line).some((e) => {
    const event = EVENT.exec(e);
    return e.includes('github.head_ref') || (event !== null && WRITTEN.test(e.slice(event.index + event[0].length)));
  });

const HEAD = /head\.(?:sha|ref)|head_ref|head_sha|head_branch|merge_commit_sha/;

/** Whether a pipeline checks out what somebody proposes: `ref:` and, on its line or the next, an expression for that head. */
export const checksOutHead = (text: string): boolean =>
  text
    .replace(/\bref:\s*(?:[>|][+-]?)?\s+/g, 'ref: ')
    .split('\n')
    .some((line) => {
      const at = line.indexOf('ref:');
      return at >= 0 && expressions(line.slice(at)).some((e) => HEAD.test(e));
    });
