/** Tests of a shell as texts that can be compared: quoting, braces and doubled brackets are no difference. */
import type { Node } from 'web-tree-sitter';

/** Names of commands behind which a script does not go on. */
export const LEAVES = /^(?:exit|return|exec|die|fail|abort|usage|error|bail|fatal|panic|break|continue|error_exit|exit_with_error|show_help|help|print_usage|err_exit|croak)$/;

const TESTS = /^(?:test|\[|\[\[|true|false|:|grep|egrep|rg|command|type|which|hash|id|getent)$/;
const ASKS = /confirm|prompt|ask|check|is_|has_|require|guard|approv|allow|verify|ensure|should|can_|yes/i;

/** Whether a command is there to be answered rather than to do something. */
export function isAsking(node: Node): boolean {
  if (/^(?:test_command|negated_command|binary_expression)$/.test(node.type)) return true;
  if (node.type === 'compound_statement') return node.text.startsWith('((');
  if (node.type === 'list' || node.type === 'pipeline' || node.type === 'redirected_statement') return node.namedChildren.some(isAsking);
  const name = node.type === 'command' ? (node.namedChildren.find((n) => n.type === 'command_name')?.text ?? '') : '';
  return TESTS.test(name) || ASKS.test(name);
}

/** Undefined where it always holds: nothing in it changes from run to run. */
export function conditionText(node: Node, not = false): string | undefined {
  const text = node.text
    .slice(0, 1_000)
    .replace(/["']|\\\n/g, '')
    .replace(/\$\{(\w+)\}/g, '$$$1')
    .replace(/\[\[/g, '[')
    .replace(/\]\]/g, ']')
    .replace(/==/g, '=')
    .replace(/^test (.*)$/s, '[ $1 ]')
    .replace(/\s*>\s*\/dev\/null(?:\s*2>&1)?/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  const [, bang, rest = text] = /^(! )?([\s\S]*)$/.exec(text) ?? [];
  const negated = not !== (bang !== undefined);
  if (/^(?:true|:)$/.test(rest)) return negated ? 'never' : undefined;
  if (rest === 'false') return negated ? undefined : 'never';
  if (/^\[/.test(rest) && !/[$`]| -[a-mo-yA-Z] /.test(rest)) return undefined;
  if (/^\(\([^A-Za-z_$`]*$/.test(rest)) return undefined;
  return `${negated ? '! ' : ''}${rest}`;
}
