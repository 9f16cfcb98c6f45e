/** What the shop sells. The backend knows the items by their names alone. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly note: string;
  readonly price: number;
  readonly image: string;
}

const items: readonly Item[] = [
  {
    id: 'your usual tea',
    name: '白毫银针',
    note: '你常喝的那一款',
    price: 198,
    image: '/images/usual.svg',
  },
  { id: 'spring tea', name: '明前龙井', note: '清明前采，嫩香回甘', price: 128, image: '/images/tea.svg' },
  {
    id: 'bamboo chair',
    name: '竹编茶椅',
    note: '老师傅手编，越坐越润',
    price: 369,
    image: '/images/chair.svg',
  },
  {
    id: 'paper lantern',
    name: '手工纸灯',
    note: '楮皮纸，一盏暖光',
    price: 86,
    image: '/images/lantern.svg',
  },
];

export const itemOf = (id: string): Item => items.find((item) => item.id === id) ?? items[1];
