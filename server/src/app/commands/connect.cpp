#include "app/commands/connect.h"

#include "app/client/workspaces.h"

namespace coditect::app {

Result<Client> connect(const Shell& shell) {
  TRY(const std::filesystem::path data, data_folder(shell));
  TRY(ServerLocation location, find_server(shell, data));
  return Client::make(std::move(location));
}

Result<Place> connect(const Shell& shell, const std::string& name_or_id) {
  TRY(Client client, connect(shell));
  TRY(std::string id, find_workspace(client, name_or_id));
  return Place{std::move(client), std::move(id)};
}

}  // namespace coditect::app
