module.exports = () => {
  throw new Error('the shop could not be closed');
};
