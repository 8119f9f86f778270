export const texts = {
  close: 'Close',
  'age-seconds': '{{count}}s',
  'age-minutes': '{{count}}m',
  'age-hours': '{{count}}h',
  'age-days': '{{count}}d',
} as const
