/** Why something did not work, in the server's words, with what to do about it. */
import { ApiProblem } from '../api/http.ts';

function explain(error: unknown): { title: string; detail?: string; remedy?: string; trace?: string } {
  if (error instanceof ApiProblem) {
    const { title, detail, remedy, code, requestId } = error.body;
    return {
      title,
      ...(detail === undefined || detail === title ? {} : { detail }),
      ...(remedy === undefined || remedy === '' ? {} : { remedy }),
      trace: requestId === undefined ? code : `${code} · request ${requestId}`,
    };
  }
  if (error instanceof DOMException && error.name === 'NotAllowedError')
    return { title: 'No passkey was used', remedy: 'You cancelled, the time ran out, or no passkey enrolled here is on this device. Nothing was signed; try again.' };
  if (error instanceof DOMException && error.name === 'NotSupportedError')
    return { title: 'This browser has no passkey to offer', remedy: 'Use a browser or a device that can hold one, and enrol it on the People page. Nothing was signed.' };
  if (error instanceof DOMException && error.name === 'InvalidStateError')
    return { title: 'This authenticator is already enrolled', remedy: 'Use another one, or keep the key you have.' };
  return { title: 'Something broke in this page', detail: error instanceof Error ? error.message : String(error), remedy: 'Reload it. Nothing was signed.' };
}

export function Problem({ error }: { error: unknown }) {
  const { title, detail, remedy, trace } = explain(error);
  return (
    <div className="problem" role="alert">
      <strong>{title}</strong>
      {detail !== undefined && <p>{detail}</p>}
      {remedy !== undefined && <p>{remedy}</p>}
      {trace !== undefined && <code>{trace}</code>}
    </div>
  );
}
