// rng.mjs: seeded random numbers, so that a run can be repeated.
export class Rng {
    constructor(seed) {
        this.state = seed >>> 0;
    }
    next() {
        this.state = (this.state + 0x6d2b79f5) >>> 0;
        let t = this.state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    }
    // A whole number from `low` to `high`, both possible.
    between(low, high) {
        return low + Math.floor(this.next() * (high - low + 1));
    }
    pick(list) {
        return list[this.between(0, list.length - 1)];
    }
}
