/** Asking the browser for a passkey. What it answers is passed on untouched: the server alone judges it. */
import { fromBase64url, toBase64url } from './bytes.ts';
import type { Assertion, Challenge, EnrolmentBegin, Registration } from './generated.ts';

const descriptor = (id: string): PublicKeyCredentialDescriptor => ({ type: 'public-key', id: fromBase64url(id) });

/** Rejects with a DOMException (NotAllowedError) when the person cancels or no authenticator fits. */
export async function assertPasskey(ask: Challenge): Promise<Assertion> {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: fromBase64url(ask.challenge),
      rpId: ask.rpId,
      allowCredentials: ask.allowCredentials.map(descriptor),
      userVerification: 'required',
    },
  });
  const { rawId, response } = expectCredential(credential);
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new TypeError('the browser answered something else than an assertion');
  return {
    credentialId: toBase64url(rawId),
    authenticatorData: toBase64url(response.authenticatorData),
    clientDataJSON: toBase64url(response.clientDataJSON),
    signature: toBase64url(response.signature),
  };
}

export async function createPasskey(ask: EnrolmentBegin): Promise<Registration> {
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: fromBase64url(ask.challenge),
      rp: { id: ask.rpId, name: ask.organisation },
      user: { ...ask.user, id: fromBase64url(ask.user.id) },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      excludeCredentials: ask.excludeCredentials.map(descriptor),
      authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
      attestation: 'direct',
    },
  });
  const { rawId, response } = expectCredential(credential);
  if (!(response instanceof AuthenticatorAttestationResponse)) throw new TypeError('the browser answered something else than an attestation');
  return {
    credentialId: toBase64url(rawId),
    clientDataJSON: toBase64url(response.clientDataJSON),
    attestationObject: toBase64url(response.attestationObject),
    authenticatorData: toBase64url(response.getAuthenticatorData()),
    transports: response.getTransports(),
  };
}

function expectCredential(credential: Credential | null): PublicKeyCredential {
  if (!(credential instanceof PublicKeyCredential)) throw new TypeError('the browser gave no passkey');
  return credential;
}
