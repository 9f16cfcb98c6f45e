/** Says something in passing; with a tick, if it went well. */
export function toast(title: string, icon: 'none' | 'success' = 'none'): void {
  void wx.showToast({ title, icon });
}
