// chat-words.js: every word of the page, in both languages. When you add one, add it to both.
const zh = {
  skip: '跳到输入框', iAm: '我是', groups: '群', rooms: '人和群', events: '事件', mention: '@ 某人',
  personHint: '选一个人，或直接写任意住户的名字。可以多开几个标签页，每页一个人。',
  others: '换成下面的人（用中键或 Ctrl 点开新标签页）：',
  openRooms: '换人、换群', openEvents: '事件', close: '关闭',
  logHint: '用上下方向键在消息间移动，按回车打开操作菜单。',
  work: '工作群', dm: (bot) => `和${bot}私聊`, building: (b) => `${b}号楼群`, logOf: (room) => `${room}的消息`,
  title: (room, name) => `${room} · 以${name}的身份`,
  up: '已连接', trying: '正在重新连接…', down: '未连接',
  lost: '和楼宝的连接断了，正在重新连接。您写的话会在连上后自动发出。',
  again: '已重新连接。', refused: '访问口令已失效。请打开 loubot run 打印的完整地址。',
  textLabel: (room) => `在${room}里说`, placeholder: '写消息，用 @ 提到某人', send: '发送',
  picturePick: '发一张图片', pictureStop: '不发这张图片', pictureReady: '图片已备好', quoteStop: '不引用了',
  pictureBig: '图片超过 5 MB，请换一张小些的。', pictureKind: '只能发 JPEG、PNG、GIF 或 WebP 图片。',
  pictureFailed: '图片没传上去，请再试一次。',
  nameTaken: '这个名字是楼宝或群的，请换一个。', nameBad: '名字不能为空，最多 20 个字。', roomUnknown: '没有这个群。',
  notYours: '只能撤回自己的话。', gone: '那条消息太久以前了。', disk: '没能存下来，请稍后再试。', failed: '没能发出。',
  waiting: '发送中…', photo: '图片', photoFrom: (name) => `${name}发的图片`, bot: '机器人',
  recalled: (name) => `${name}撤回了一条消息`, reply: '引用回复', recall: '撤回', more: '操作', react: (e) => `回应 ${e}`,
  quoteGone: '更早的消息', reactions: '回应', replyTo: (name) => `回复${name}：`,
  today: '今天', yesterday: '昨天', tomorrow: '明天', tryIt: '还没有消息。点一句试试：',
  samples: ['4号楼二单元4楼的灯不亮', '3单元电梯门关不上了', 'the light on floor 4 is out'],
  sampleWork: ['代报：26号楼张大爷家水管漏水 301'], sampleDm: ['#1 进度'],
  eventsNone: '这里还没有事件。有人报修后，进展会显示在这里。',
  theme: { auto: '外观：跟随系统', light: '外观：浅色', dark: '外观：深色' }, other: 'English', otherShort: 'EN', join: '', colon: '：',
  stages: { 听: '听', 办: '办', 报: '报', 验: '验', 访: '访' },
  stageNames: { 听: '听到', 办: '在办', 报: '上报', 验: '验收', 访: '回访' }, steps: '五步', stepNow: '现在', stepPast: '已过', stepSkipped: '不需要',
  states: { draft: '待补充', reported: '已受理', dispatched: '已派单', handling: '处理中', conferring: '联席会议', suspended: '已挂起', checking: '待确认', done: '已办结', archived: '已归档' },
  outcomes: { resolved: '已解决', explained: '已解释', rejected: '不予受理', withdrawn: '已撤回', duplicate: '已并入' },
  ratings: { good: '满意', fair: '一般', bad: '不满意' }, rating: '评价',
  place: (e) => [e.building && `${e.building}号楼`, e.unit && `${e.unit}单元`, floorZh(e), e.room && `${e.room}室`, e.place].filter(Boolean).join(''),
  nowhere: '地点待定', owner: '归口', who: '经办', due: '期限', dueAccept: '接单期限', verifier: '确认人', level: '层级', households: '涉及', householdsN: (n) => `${n}户`, urgent: '紧急', emergency: '突发',
  late: '已超时', trail: (n) => `经过（${n} 步）`, resident: '住户',
  levels: ['楼长、微网格员', '网格员', '小区网格长', '社区网格长', '街道', '区'],
  owners: { property: '物业', water: '供水', power: '供电', gas: '燃气', heating: '热力', lift: '电梯维保', urban_management: '城管', police: '民警', mediation: '调解', community: '社区', upper: '上级' },
  categories: { lighting: '照明', public_facility: '公共设施', water_supply: '供水', drainage: '排水', power: '供电', gas: '燃气', heating: '供暖', elevator: '电梯', access: '门禁', building_leak: '房屋渗漏', property_service: '物业服务', sanitation: '环境卫生', greening: '绿化', pests: '虫鼠害', pets: '宠物', parking: '停车', fire_safety: '消防', illegal_building: '违建', noise: '噪音', air: '空气', neighbour_dispute: '邻里', public_safety: '公共安全', road: '道路', network: '网络', elderly_care: '养老', enquiry: '咨询', suggestion: '建议', other: '其他' },
  steps_: { joined: '又有一户', photo: '补了图片', raised: '上报一级', corrected: '更正', asked: '请人确认', reminded: '提醒', pinged: '通知负责人', merged: '并入', rated: '评价', recalled: '撤回', answered: '回答', added: '补充', reason: '说明原因', unsent: '没能送达' },
  roles: { building_head: '楼长', micro_grid_worker: '微网格员', grid_worker: '网格员', party_group_leader: '党小组长', estate_grid_head: '小区网格长', community_grid_head: '社区网格长', street: '街道', district: '区', owner: '经办单位', owner_manager: '单位负责人' },
};

function floorZh(e) {
  const name = (f) => (f < 0 ? `负${-f}楼` : `${f}楼`);
  if (e.floor === null || e.floor === undefined) return '';
  return e.floor_to === null || e.floor_to === undefined ? name(e.floor) : `${name(e.floor)}到${name(e.floor_to)}`;
}

const en = {
  skip: 'Skip to the message box', iAm: 'I am', groups: 'Groups', rooms: 'People and groups', events: 'Events', mention: 'Mention somebody',
  personHint: 'Choose a person, or type any resident’s name. Open several tabs, one person each.',
  others: 'Be one of these (Ctrl-click for a new tab):',
  openRooms: 'Change person or group', openEvents: 'Events', close: 'Close',
  logHint: 'Move between messages with the up and down arrows; Enter opens the menu.',
  work: 'Work group', dm: (bot) => `Direct chat with ${bot}`, building: (b) => `Building ${b}`, logOf: (room) => `Messages of ${room}`,
  title: (room, name) => `${room} · as ${name}`,
  up: 'Connected', trying: 'Reconnecting…', down: 'Not connected',
  lost: 'The connection is lost; reconnecting. What you write is sent by itself afterwards.',
  again: 'Connected again.', refused: 'The access token is no longer valid. Open the whole address that loubot run has printed.',
  textLabel: (room) => `Say in ${room}`, placeholder: 'Write a message; @ mentions somebody', send: 'Send',
  picturePick: 'Send a picture', pictureStop: 'Do not send this picture', pictureReady: 'Picture ready', quoteStop: 'Stop replying',
  pictureBig: 'The picture is larger than 5 MB; choose a smaller one.', pictureKind: 'Pictures must be JPEG, PNG, GIF or WebP.',
  pictureFailed: 'The picture could not be sent; try again.',
  nameTaken: 'That name belongs to the bot or a group; choose another.', nameBad: 'A name has 1 to 20 characters.', roomUnknown: 'There is no such group.',
  notYours: 'You can only recall your own messages.', gone: 'That message is too old.', disk: 'It could not be stored; try again later.', failed: 'It could not be sent.',
  waiting: 'Sending…', photo: 'Picture', photoFrom: (name) => `Picture from ${name}`, bot: 'bot',
  recalled: (name) => `${name} recalled a message`, reply: 'Reply', recall: 'Recall', more: 'Actions', react: (e) => `React with ${e}`,
  quoteGone: 'An earlier message', reactions: 'Reactions', replyTo: (name) => `Replying to ${name}: `,
  today: 'Today', yesterday: 'Yesterday', tomorrow: 'Tomorrow', tryIt: 'No messages yet. Try one of these:',
  samples: ['the light on floor 4 is out', '4号楼二单元4楼的灯不亮', 'the lift in unit 3 does not move'],
  sampleWork: ['代报：26号楼张大爷家水管漏水 301'], sampleDm: ['#1 progress'],
  eventsNone: 'No events here yet. When somebody reports a fault, its progress shows here.',
  theme: { auto: 'Appearance: as the system', light: 'Appearance: light', dark: 'Appearance: dark' }, other: '中文', otherShort: '中', join: ' ', colon: ': ',
  stages: { 听: '1', 办: '2', 报: '3', 验: '4', 访: '5' },
  stageNames: { 听: 'heard', 办: 'at work', 报: 'raised', 验: 'checked', 访: 'closed' }, steps: 'Five steps', stepNow: 'now', stepPast: 'done', stepSkipped: 'not needed',
  states: { draft: 'incomplete', reported: 'reported', dispatched: 'assigned', handling: 'being fixed', conferring: 'in conference', suspended: 'suspended', checking: 'to be confirmed', done: 'done', archived: 'archived' },
  outcomes: { resolved: 'resolved', explained: 'explained', rejected: 'rejected', withdrawn: 'withdrawn', duplicate: 'merged' },
  ratings: { good: 'good', fair: 'fair', bad: 'bad' }, rating: 'Rating',
  place: (e) => [e.building && `Building ${e.building}`, e.unit && `unit ${e.unit}`, floorEn(e), e.room && `room ${e.room}`, e.place].filter(Boolean).join(', '),
  nowhere: 'place unknown', owner: 'Owner', who: 'With', due: 'Due', dueAccept: 'Accept by', verifier: 'To confirm', level: 'Level', households: 'Affects', householdsN: (n) => (n === 1 ? '1 household' : `${n} households`), urgent: 'urgent', emergency: 'emergency',
  late: 'overdue', trail: (n) => `Trail (${n} ${n === 1 ? 'step' : 'steps'})`, resident: 'resident',
  levels: ['building head', 'grid worker', 'estate grid head', 'community grid head', 'street', 'district'],
  owners: { property: 'property company', water: 'water', power: 'power', gas: 'gas', heating: 'heating', lift: 'lift maintenance', urban_management: 'urban management', police: 'police', mediation: 'mediation', community: 'community', upper: 'upper level' },
  categories: { lighting: 'Lighting', public_facility: 'Public facility', water_supply: 'Water supply', drainage: 'Drainage', power: 'Power', gas: 'Gas', heating: 'Heating', elevator: 'Lift', access: 'Access', building_leak: 'Building leak', property_service: 'Property service', sanitation: 'Sanitation', greening: 'Greening', pests: 'Pests', pets: 'Pets', parking: 'Parking', fire_safety: 'Fire safety', illegal_building: 'Illegal building', noise: 'Noise', air: 'Air', neighbour_dispute: 'Neighbours', public_safety: 'Public safety', road: 'Road', network: 'Network', elderly_care: 'Elderly care', enquiry: 'Enquiry', suggestion: 'Suggestion', other: 'Other' },
  steps_: { joined: 'one more household', photo: 'picture added', raised: 'raised one level', corrected: 'corrected', asked: 'asked to confirm', reminded: 'reminded', pinged: 'assignee told', merged: 'merged', rated: 'rated', recalled: 'recalled', answered: 'answered', added: 'added to', reason: 'reason given', unsent: 'could not be delivered' },
  roles: { building_head: 'building head', micro_grid_worker: 'micro-grid worker', grid_worker: 'grid worker', party_group_leader: 'party-group leader', estate_grid_head: 'estate grid head', community_grid_head: 'community grid head', street: 'street', district: 'district', owner: 'contractor', owner_manager: 'contractor’s head' },
};

function floorEn(e) {
  if (e.floor === null || e.floor === undefined) return '';
  return e.floor_to === null || e.floor_to === undefined ? `floor ${e.floor}` : `floors ${e.floor} to ${e.floor_to}`;
}

const languages = { zh, en };
let language = 'zh';
export let words = zh;

export function setLanguage(name) {
  language = languages[name] ? name : 'zh';
  words = languages[language];
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
}

export function currentLanguage() {
  return language;
}

// Fills what the page's HTML marks: data-word is the text, data-label the accessible name.
export function fillWords(root = document) {
  for (const node of root.querySelectorAll('[data-word]')) node.textContent = words[node.dataset.word];
  for (const node of root.querySelectorAll('[data-label]')) {
    node.setAttribute('aria-label', words[node.dataset.label]);
    if (node.tagName === 'BUTTON') node.title = words[node.dataset.label];
  }
}

// The community's offset from UTC in minutes, once an event has told it; the page's own until then.
let offset = localStorage.getItem('offset') === null ? null : Number(localStorage.getItem('offset'));

// True: it is news.
export function setOffset(rfc3339) {
  const found = rfc3339 && rfc3339.match(/([+-])(\d\d):(\d\d)$/);
  if (!found) return false;
  const before = offset;
  offset = (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3]));
  localStorage.setItem('offset', offset);
  return before !== offset;
}

// A date whose UTC fields are the community's local time.
function local(ms) {
  return new Date(ms + (offset === null ? -new Date(ms).getTimezoneOffset() : offset) * 60000);
}

const dayNumber = (ms) => Math.floor(local(ms).getTime() / 86400000);

export const sameDay = (a, b) => dayNumber(a) === dayNumber(b);

const locale = () => (language === 'zh' ? 'zh-CN' : 'en-GB');

export function clockTime(ms) {
  return local(ms).toISOString().slice(11, 16);
}

export function dayName(ms) {
  const days = dayNumber(Date.now()) - dayNumber(ms);
  if (days === 0) return words.today;
  if (days === 1) return words.yesterday;
  if (days === -1) return words.tomorrow;
  return local(ms).toLocaleDateString(locale(), { month: 'long', day: 'numeric', weekday: 'short', timeZone: 'UTC' });
}

export function dayAndTime(ms) {
  return sameDay(ms, Date.now()) ? clockTime(ms) : `${dayName(ms)} ${clockTime(ms)}`;
}
