/** The nonce that the gateway gave this page for style elements; empty on Vite's own server, which sets no policy. */
export function styleNonce(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce ?? '';
}
