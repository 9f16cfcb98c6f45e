const TEMPORARY = 'wxfile://tmp';

/** The address of a file of the project, of a temporary file, or of something on the net. */
export function fileUrl(source: string): string {
  if (source.startsWith(TEMPORARY)) return source.slice(TEMPORARY.length);
  if (/^(https?|data|blob):/.test(source)) return source;
  return `/miniprogram/${source.replace(/^\//, '')}`;
}
