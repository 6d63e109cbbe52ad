/** Keys of trailers, folded (lower case, hyphens): which state assistance, which may, which name people. */

/** The key itself speaks of assistance. */
export const STRONG_KEYS: ReadonlySet<string> = new Set(
  (
    'assisted-by ai-assisted-by ai-assisted assisted-by-ai ai-assistant ai-agent ai-generated ai-generated-by ai-used-for ai-used llm-assisted-by ' +
    'ai-tool ai-tools ai-model ai-assistance ai-usage ai-disclosure ai-contribution llm-generated llm-model llm-used coding-agent co-developed-by-ai ' +
    'co-authored-by-ai commit-generated-by code-generated-by'
  ).split(' '),
);

/** Said of scripts and generators as well: the value decides. */
export const WEAK_KEYS: ReadonlySet<string> = new Set(['generated-by', 'generated-with', 'made-with', 'written-by', 'agent', 'model']);

export const PERSON_KEYS: ReadonlySet<string> = new Set(['co-authored-by', 'co-developed-by', 'signed-off-by', 'authored-by', 'co-authored']);
