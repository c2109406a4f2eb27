/** Whether text is a valid branch name by `git check-ref-format --branch`, and cannot be read as an option. */
export function isBranchName(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 200 &&
    // eslint-disable-next-line no-control-regex -- matches control characters on purpose
    !/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|^[-/@]$|^-|^\/|\/$|\.$/.test(text) &&
    text.split('/').every((part) => !part.startsWith('.') && !part.endsWith('.lock'))
  );
}
