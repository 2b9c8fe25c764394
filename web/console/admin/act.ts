/** What an administrator does to somebody's account, in words. */
interface ActWords {
  title: string;
  effect: (name: string) => string;
  confirm: string;
  done: string;
}

export type StaffAct = 'roles' | 'contests' | 'link' | 'end' | 'unlock' | 'enable' | 'disable';

export const staffActs: Record<StaffAct, ActWords> = {
  roles: {
    title: '更改身份',
    effect: (name) => `${name}能看到和能办理的内容立即随新的身份改变。`,
    confirm: '更改身份',
    done: '身份已更改',
  },
  contests: {
    title: '更改参与的活动',
    effect: (name) => `${name}立即只能看到和办理所选的活动，正在做的也一样；其他活动对其如同不存在。`,
    confirm: '更改参与的活动',
    done: '参与的活动已更改',
  },
  link: {
    title: '生成新的链接',
    effect: (name) =>
      `生成一个新的账号链接，只能使用一次，之前发出的作废。${name}用它重新设置密码和动态码后，原来的密码、动态码和登录全部作废。这一步审计可见。`,
    confirm: '生成链接',
    done: '链接已生成',
  },
  end: {
    title: '退出其所有设备',
    effect: (name) => `${name}在所有设备上的登录立即退出，须重新登录。没有保存的内容会留在其页面上。`,
    confirm: '全部退出',
    done: '已全部退出',
  },
  unlock: {
    title: '解除锁定',
    effect: (name) => `${name}可以立即再次尝试登录。请先确认之前的多次失败是本人所为。`,
    confirm: '解除锁定',
    done: '已解除锁定',
  },
  enable: {
    title: '恢复账号',
    effect: (name) => `${name}可以用原来的密码和动态码重新登录。`,
    confirm: '恢复账号',
    done: '账号已恢复',
  },
  disable: {
    title: '停用账号',
    effect: (name) => `${name}立即退出所有设备，不能再登录，未使用的链接作废。其办理过的记录保留。`,
    confirm: '停用账号',
    done: '账号已停用',
  },
};
