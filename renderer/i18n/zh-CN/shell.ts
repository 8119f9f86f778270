export const texts = {
  close: '关闭',
  'age-seconds': '{{count}} 秒',
  'age-minutes': '{{count}} 分',
  'age-hours': '{{count}} 小时',
  'age-days': '{{count}} 天',
} as const
