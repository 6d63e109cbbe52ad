/** One sentence for the top of a page: what would be destroyed if this lands. */
import type { Finding, Risk } from './risk.ts';

/** Rules whose firing means that something which exists is gone afterwards. */
const DESTROYS = /^(?:CF10[136]|PU10[13]|TF10[1-8]|TF20[2457]|SQL10[1-6]|SQL110|SQL309|SQL502|SH10[1-5]|K810[1-3]|K8105|K8121|CFG107)$/;

/** Of these, only the worst is a loss: a scratch folder goes too, and code that may run is no row gone. */
const OR_LESS = /^(?:SQL309|SH101)$/;
/** What exists is gone afterwards. */
export const destroys = ({ rule, severity }: Finding): boolean => DESTROYS.test(rule) && (!OR_LESS.test(rule) || severity === 'critical');

export function summary(risk: Risk): string {
  const destroying = risk.findings.filter(destroys);
  const [first] = destroying.length > 0 ? destroying : risk.findings;
  if (first === undefined)
    return risk.notAnalysed.length === 0 ? 'No detector saw anything dangerous.' : `No detector saw anything dangerous; ${files(risk.notAnalysed.length)} not analysed.`;
  const others = new Set((destroying.length > 0 ? destroying : risk.findings).map(subject));
  others.delete(subject(first));
  return `${sentence(first.what)}${tail([...others], destroying.length > 0)}`;
}

const subject = (f: Finding): string => f.place.object ?? f.place.path;
const sentence = (what: string): string => what.replace(/\.$/, '');
const files = (n: number): string => (n === 1 ? '1 file was' : `${n} files were`);

function tail(others: readonly string[], destroying: boolean): string {
  if (others.length === 0) return '.';
  const named = others.slice(0, 3).join(', ');
  const more = others.length > 3 ? ` and ${others.length - 3} more` : '';
  return destroying ? `; also hit: ${named}${more}.` : `; also look at ${named}${more}.`;
}
