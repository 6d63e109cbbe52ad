/**
 * Blocks that robots of review write into a pull request's text: they describe code, whoever wrote it, and sign what they
 * wrote. Taken out before the text is read. Whoever writes the text may hide a mark in such a block; they could leave it out too.
 */

interface Block {
  /** Lower case. */
  readonly opens: string;
  /** Lower case; the block ends behind it, and where it is missing at the end of the text. */
  readonly closes: string;
}

const BLOCKS: readonly Block[] = [
  { opens: '<!-- cursor_summary -->', closes: '<!-- /cursor_summary -->' },
  { opens: '<!-- bugbot', closes: '<!-- /bugbot' },
  { opens: '<!-- this is an auto-generated comment: release notes by coderabbit.ai -->', closes: '<!-- end of auto-generated comment: release notes by coderabbit.ai -->' },
  { opens: '<!-- this is an auto-generated description by cubic. -->', closes: '<!-- end of auto-generated description by cubic. -->' },
  { opens: '<!-- ellipsis_hidden -->', closes: '<!-- ellipsis_hidden -->' },
  { opens: '<!-- greptile_comment -->', closes: '<!-- /greptile_comment -->' },
  { opens: '<!-- devin-review-badge-begin -->', closes: '<!-- devin-review-badge-end -->' },
];

/** Their headings, where they leave no comment: up to the next heading of the same depth or less. */
const HEADING =
  /^(#{1,6})\s+(?:summary by (?:coderabbit|sourcery|cubic|ellipsis|cursor|copilot)|pull request overview|copilot (?:summary|review)|greptile (?:overview|summary)|bugbot)\b/i;

export function withoutReviewers(text: string): string {
  return withoutHeadings(withoutBlocks(text));
}

/** One walk for each kind of block; comments that no tool closes are left for the reader of lines. */
function withoutBlocks(text: string): string {
  let left = text;
  for (const { opens, closes } of BLOCKS) {
    const lower = left.toLowerCase();
    // the lengths differ for a few letters outside ASCII: then nothing is taken out
    if (lower.length !== left.length || !lower.includes(opens)) continue;
    const kept: string[] = [];
    let from = 0;
    for (let at = lower.indexOf(opens); at >= 0; at = lower.indexOf(opens, from)) {
      kept.push(left.slice(from, at));
      const end = lower.indexOf(closes, at + opens.length);
      from = end < 0 ? left.length : end + closes.length;
    }
    left = [...kept, left.slice(from)].join('\n');
  }
  return left;
}

function withoutHeadings(text: string): string {
  if (!/^#/m.test(text)) return text;
  let depth = 0;
  return text
    .split('\n')
    .filter((line) => {
      const opened = HEADING.exec(line)?.[1]?.length;
      const heading = /^(#{1,6})\s/.exec(line)?.[1]?.length;
      if (opened !== undefined) depth = opened;
      else if (heading !== undefined && heading <= depth) depth = 0;
      return depth === 0;
    })
    .join('\n');
}
