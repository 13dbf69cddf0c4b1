module.exports = () => {
  throw new Error('the licence server is down');
};
