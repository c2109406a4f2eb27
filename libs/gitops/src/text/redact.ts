/** User names and passwords inside URLs are secrets; git repeats URLs in its errors. */
export function redact(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@]+@/gi, '$1***@');
}
