/** `countersign hook terms`: what the policy of HEAD asks of commit messages. The hooks keep the answer until its files change. */
import { openDeclareClone } from '../world.ts';
import { declarationTerms } from './declare-terms.ts';
import { type Answer, EXIT } from './exit.ts';

/** Exit 0 always: without a policy nothing is asked. */
export async function hookTerms(repo: string): Promise<Answer> {
  const { repository } = await openDeclareClone(repo);
  return { code: EXIT.ok, stdout: `${JSON.stringify({ version: 1, exit: EXIT.ok, ...(await declarationTerms(repository)) })}\n`, stderr: '' };
}
