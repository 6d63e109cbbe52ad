/** Sample people at the API, each with a session and a passkey of their own, as a program would use it. */
import { base64url, fromBase64, text } from '../../src/core/base/bytes.ts';
import type { Decision } from '../../src/core/policy/decision.ts';
import { findingKey } from '../../src/core/risk/risk.ts';
import { statementBytes } from '../../src/core/signoff/build.ts';
import { pae } from '../../src/core/signoff/dsse.ts';
import { NAMES, type Statement } from '../../src/core/signoff/statement.ts';
import { envelopeOf, type SoftAuthenticator, softAuthenticator } from '../../src/testing/authenticator.ts';

export interface Reply<T> {
  readonly status: number;
  readonly body: T;
}

/** The parts of a dossier the story reads. */
export interface Dossier {
  readonly state: string;
  readonly presented: string;
  readonly questions: readonly { readonly id: string }[];
  readonly files: readonly unknown[];
  readonly decision: Decision;
}

export interface Signer {
  readonly person: string;
  readonly authenticator: SoftAuthenticator;
  call<T>(method: string, path: string, body?: unknown): Promise<Reply<T>>;
  /** Everything the page would send, for the change as it is shown now. */
  answers(id: string): Promise<unknown>;
  /** An envelope over a statement, signed with this person's passkey, whoever the statement names. */
  seal(statement: Uint8Array): Uint8Array;
}

/** Acts as a sample person and enrols a new passkey for them. */
export async function signer(url: string, person: string): Promise<Signer> {
  const cookies = new Map<string, string>();
  const call: Signer['call'] = async <T>(method: string, path: string, body?: unknown): Promise<Reply<T>> => {
    const headers = { 'content-type': 'application/json', 'x-countersign': '1', cookie: [...cookies].map((c) => c.join('=')).join('; ') };
    const response = await fetch(`${url}/api/v1${path}`, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    return { status: response.status, body: (await response.json()) as T };
  };
  await call('POST', '/session/act-as', { person });
  const authenticator = softAuthenticator({ rpId: 'localhost', origin: url });
  await enrol(call, authenticator);
  return {
    person,
    authenticator,
    call,
    answers: async (id) => answersFor((await call<Dossier>('GET', `/changes/${id}`)).body),
    seal: (statement) => envelopeOf(statement, [{ keyid: authenticator.keyid, sig: authenticator.signPae(pae(NAMES.payloadType, statement)) }]),
  };
}

async function enrol(call: Signer['call'], authenticator: SoftAuthenticator): Promise<void> {
  const begun = await call<{ challenge: string }>('POST', '/enrolments/begin', {});
  const made = authenticator.create(fromBase64(begun.body.challenge) ?? new Uint8Array(0));
  const enrolled = await call('POST', '/enrolments', {
    credentialId: base64url(authenticator.credentialId),
    clientDataJSON: base64url(made.clientDataJSON),
    authenticatorData: base64url(made.authenticatorData),
    attestationObject: '',
    transports: ['internal'],
  });
  if (enrolled.status !== 201) throw new Error(`the passkey was not enrolled: ${JSON.stringify(enrolled.body)}`);
}

function answersFor(dossier: Dossier): unknown {
  return {
    decision: 'approve',
    dispositions: dossier.decision.findings.map((f) => ({ finding: findingKey(f), disposition: 'accepted', note: 'planned, and announced' })),
    notChecked: 'how the warehouse behaves while the database is away',
    answers: dossier.questions.map((q) => ({ question: q.id, answer: 'restore the snapshot of last night, five hours, rehearsed in April' })),
    assumptions: [],
    conditions: [],
    review: { openedAt: new Date().toISOString(), activeSeconds: 240, filesViewed: dossier.files.length, filesTotal: dossier.files.length },
    presented: dossier.presented,
  };
}

/** A statement one person was given, rewritten to name another: what a thief of statements would try. */
export function renamed(statement: Uint8Array, person: string, level: string, nonce: string): Uint8Array {
  const said = JSON.parse(text(statement) ?? '') as Statement;
  const signer = { ...said.predicate.signer, id: `urn:person:${person}`, qualification: { ...said.predicate.signer.qualification, level } };
  return statementBytes({ ...said, predicate: { ...said.predicate, signer, nonce } });
}
