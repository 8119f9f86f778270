export const texts = {
  starting: '启动中',
  working: '工作中',
  'needs-approval': '等待批准',
  'asks-question': '有问题要问',
  'turn-finished': '本轮已完成',
  idle: '空闲',
  paused: '已暂停',
  interrupted: '已中断',
  failed: '失败',
  exited: '已结束',
  unsure: '不确定',
} as const
