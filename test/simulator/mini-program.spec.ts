import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MiniProgram } from '../../examples/simulator/server/mini-program';

test('an asset lies below the project’s folder: no other folder, whatever its name begins with', () => {
  const root = mkdtempSync(join(tmpdir(), 'rx-weapp-session-'));
  const put = (folder: string) => {
    mkdirSync(join(root, folder));
    writeFileSync(join(root, folder, 'a.png'), '');
  };
  try {
    ['shop', 'shop-private'].forEach(put);
    const shop = new MiniProgram(join(root, 'shop'), root);
    expect(shop.asset('a.png')).toBe(join(root, 'shop', 'a.png'));
    expect(shop.asset('../shop-private/a.png')).toBeUndefined();
    expect(shop.asset('b.png')).toBeUndefined();
  } finally {
    rmSync(root, { recursive: true });
  }
});
