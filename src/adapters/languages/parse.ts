/** Text in a language into a tree. Runs in the thread that asks (small files) or in one of its own (bounded.ts). */
import type { Parsed } from '../../core/risk/evidence.ts';
import { parseJson, parseYaml } from './data.ts';
import { parseHcl } from './hcl.ts';
import { parseSql } from './sql.ts';

export type Language = 'hcl' | 'sql' | 'yaml' | 'json';

/** Never rejects; what cannot be read says why. */
export async function parseLanguage(language: Language, text: string): Promise<Parsed> {
  try {
    if (language === 'yaml') return parseYaml(text);
    if (language === 'json') return parseJson(text);
    return await (language === 'hcl' ? parseHcl(text) : parseSql(text));
  } catch (error) {
    return { kind: 'unreadable', why: `the parser failed: ${error instanceof Error ? error.message : 'unknown'}`.slice(0, 300) };
  }
}
