/** Expressions of pipelines (`${{ ... }}`), read in one walk: who writes a line decides how often it opens one. */

/** What stands between each `${{` and the next `}`. An expression that never ends counts: the next line may end it. */
export function expressions(text: string): readonly string[] {
  return text.split('}').flatMap((part) => {
    const at = part.indexOf('${{');
    return at < 0 ? [] : [part.slice(at + 3)];
  });
}

const EVENT = /\bgithub\.event\.(?:issue|pull_request|comment|review|discussion|head_commit|workflow_run|commits|pages)\b/;
const WRITTEN = /\b(?:title|body|ref|label|message|email|name|head_branch|page_name)\b/;
/** The whole event, with all that outsiders wrote into it. */
const WHOLE = /\btoJSON\(\s*github(?:\.event)?\s*\)/i;

/** Expressions of a text that outsiders write, as they are written. */
export const injected = (text: string): readonly string[] =>
  expressions(text).filter((e) => {
    const event = EVENT.exec(e);
    return (
      e.includes('github.head_ref') || WHOLE.test(e) || (event !== null && WRITTEN.test(e.slice(event.index + event[0].length)) && !/head\.repo\.(?:full_)?name\s*[!=]=/.test(e))
    );
  });

/** Whether a line puts text that outsiders write into itself. */
export const injects = (line: string): boolean => injected(line).length > 0;
